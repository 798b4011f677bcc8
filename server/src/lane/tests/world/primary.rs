//! What becomes of what the servers ask of the primary, and of the primary itself.

use super::*;

impl World {
    /// What is read is settled some time before it is told.
    pub(super) fn something_is_read(&mut self, server: usize) {
        for load in &mut self.servers[server].loads {
            load.found = Some(self.shelf.tail(load.show, load.known));
        }
        self.primary_looks(server);
    }

    pub(super) fn primary_looks(&mut self, server: usize) {
        let Server {
            machine, question, ..
        } = &mut self.servers[server];
        let Some(question) = question else { return };
        let stands = |show: &ShowId| {
            let (stands, believed) = (self.shelf.stands(*show), machine.stands(*show));
            let same = |v: Version| believed.is_some_and(|b| b.ver == v.ver);
            let same_number = self.shelf.ignores_tips && stands.is_some_and(same);
            if self.lie == Some(Lie::Confirms) || same_number {
                believed
            } else {
                stands
            }
        };
        question.found = Some(question.shows.iter().map(stands).collect());
    }

    pub(super) fn primary_says(&mut self, server: usize, may_fail: bool) {
        let fails = may_fail && self.dice.once_in(8);
        if self.servers[server]
            .question
            .as_ref()
            .is_some_and(|q| q.found.is_none())
        {
            self.primary_looks(server);
        }
        let tick = self.tick(server);
        let Server {
            machine,
            question,
            out,
            ..
        } = &mut self.servers[server];
        let Some(Question {
            began,
            found,
            shows,
        }) = question.take()
        else {
            return;
        };
        let found = found.unwrap_or_default();
        let moved = shows.iter().zip(&found);
        let moved = moved.filter(|(show, stands)| machine.stands(**show) != **stands);
        if moved.count() > 0 {
            self.seen.note("found elsewhere");
        }
        let result = if fails {
            Err(StoreError::Busy)
        } else {
            Ok(found)
        };
        machine.stood(tick.now, began, result, out);
        self.seen.note("asked the primary");
    }

    pub(super) fn load_comes(&mut self, server: usize, may_fail: bool) {
        let Server {
            machine,
            loads,
            out,
            ..
        } = &mut self.servers[server];
        if loads.is_empty() {
            return;
        }
        let load = loads.swap_remove(self.dice.below(loads.len()));
        if may_fail && self.dice.once_in(8) {
            self.seen.note("load failed");
            machine.loaded(load.show, load.began, Err(StoreError::Busy), out);
            return;
        }
        let found = load.found;
        let found = found.unwrap_or_else(|| self.shelf.tail(load.show, load.known));
        if let (Some(_), Tail::Elsewhere(_)) = (load.known, &found) {
            self.seen.note("on a lost branch");
        }
        if matches!(found, Tail::Rows { .. }) {
            self.seen.note("read on");
        }
        machine.loaded(load.show, load.began, Ok(found), out);
    }

    pub(super) fn writing(&mut self, server: usize, told: bool) -> Writing {
        Writing {
            server,
            at: self.moment(),
            clock: Some(self.now),
            told,
        }
    }

    pub(super) fn commit_ends(&mut self, server: usize, may_fail: bool) {
        let Some((began, batch)) = self.servers[server].commit.take() else {
            return;
        };
        let result = self.fate(server, batch, may_fail);
        if let Ok(outcomes) = &result {
            self.correct(server, outcomes);
        }
        let now = self.tick(server).now;
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.committed(now, began, result, out);
    }

    /// What becomes of a commit.
    pub(super) fn fate(
        &mut self,
        server: usize,
        batch: Vec<ShowCommit>,
        may_fail: bool,
    ) -> Result<Vec<Outcome>, StoreError> {
        let fate = if may_fail { self.dice.below(24) } else { 99 };
        let (untold, told) = (self.writing(server, false), self.writing(server, true));
        match fate {
            0 => {
                self.seen.note("failed");
                Err(StoreError::Busy)
            }
            1..=2 => {
                self.seen.note("unknown and written");
                for show in &batch {
                    self.shelf.commit(show, untold);
                }
                Err(StoreError::Unknown)
            }
            3 => {
                self.seen.note("unknown and not written");
                if self.dice.once_in(2) {
                    self.ghosts.extend(batch);
                }
                Err(StoreError::Unknown)
            }
            4 if self.dice.once_in(4) => {
                self.seen.note("guarded");
                let guarded = |_: &ShowCommit| Outcome::Guarded("planted".into());
                Ok(batch.iter().map(guarded).collect())
            }
            _ if self.lie == Some(Lie::AnswersEarly) => {
                let yes = batch.iter().map(|_| Outcome::Committed).collect();
                self.ghosts.extend(batch);
                Ok(yes)
            }
            _ => {
                let outcome = |show: &ShowCommit| {
                    let outcome = self.shelf.commit(show, told);
                    let fence = show.rows.is_empty();
                    self.seen.note(match outcome {
                        Outcome::Committed if fence => "fenced",
                        Outcome::Lost if fence => "fence lost",
                        Outcome::Committed => "committed",
                        Outcome::Lost => "lost",
                        Outcome::OutOfTime { .. } => "out of time",
                        Outcome::Failed(_) => "failed",
                        Outcome::Guarded(_) => "truly guarded",
                    });
                    outcome
                };
                Ok(batch.iter().map(outcome).collect())
            }
        }
    }

    /// A server that was refused for its time follows the primary's clock.
    pub(super) fn correct(&mut self, server: usize, outcomes: &[Outcome]) {
        let late = |o: &Outcome| matches!(o, Outcome::OutOfTime { .. });
        if outcomes.iter().any(late) {
            self.servers[server].skew_ms = 0;
        }
    }

    /// A server gets a show alone, or waits on, or has waited too long.
    pub(super) fn take_apart(&mut self, server: usize, may_fail: bool) {
        if self.servers[server].wants.is_empty() {
            return;
        }
        let (show, known, began) = self.servers[server].wants.remove(0);
        let tick = self.tick(server);
        let taken = self.shelf.locks.contains_key(&show);
        let seen = if may_fail && self.dice.once_in(3) {
            self.seen.note("not had alone");
            Err(StoreError::Busy)
        } else if taken {
            return self.servers[server].wants.push((show, known, began));
        } else {
            self.seen.note("had alone");
            self.shelf.locks.insert(show, server);
            Ok(self.shelf.tail(show, known))
        };
        let dice = &mut self.dice;
        let Server { machine, out, .. } = &mut self.servers[server];
        let commit = machine.apart(show, began, seen, tick, (&mut || dice.roll(), out));
        match commit {
            Some(commit) => self.servers[server].apart.push((tick.at, commit)),
            None => self.unlock(server, show),
        }
    }

    pub(super) fn unlock(&mut self, server: usize, show: ShowId) {
        if self.shelf.locks.get(&show) == Some(&server) {
            self.shelf.locks.remove(&show);
        }
    }

    pub(super) fn apart_ends(&mut self, server: usize, may_fail: bool) {
        if self.servers[server].apart.is_empty() {
            return;
        }
        let (began, commit) = self.servers[server].apart.remove(0);
        let show = commit.head.show;
        // A new primary knows nothing of old locks, so it can be lost all the same.
        let result = self.fate(server, vec![commit], may_fail);
        self.unlock(server, show);
        if let Ok(outcomes) = &result {
            self.correct(server, outcomes);
        }
        let now = self.tick(server).now;
        let result = result.map(|mut outcomes| outcomes.remove(0));
        let Server { machine, out, .. } = &mut self.servers[server];
        machine.apart_committed(show, (now, began), result, out);
    }

    pub(super) fn ghost_lands(&mut self) {
        if !self.ghosts.is_empty() {
            let which = self.dice.below(self.ghosts.len());
            let ghost = self.ghosts.swap_remove(which);
            // It was admitted before its connection broke.
            let writing = Writing {
                clock: None,
                ..self.writing(SERVERS, false)
            };
            if self.shelf.commit(&ghost, writing) == Outcome::Committed {
                self.seen.note("written after the answer");
            }
        }
    }

    pub(super) fn primary_dies(&mut self) {
        let at = self.moment();
        if self.shelf.fail_over(at) {
            self.seen.note("a branch was lost");
        }
    }
}
