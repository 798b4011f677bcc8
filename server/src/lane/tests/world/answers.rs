//! What the servers do and answer, held against what is so.

use super::*;

impl World {
    /// Starts the next commit and does what the machine says.
    pub(super) fn pump(&mut self, server: usize) -> Result<(), String> {
        let (tick, began) = (self.tick(server), self.moment());
        let dice = &mut self.dice;
        let Server {
            machine,
            commit,
            question,
            out,
            ..
        } = &mut self.servers[server];
        if !machine.is_committing() {
            let batch = machine.next_batch(tick, &mut || dice.roll(), out);
            *commit = batch.map(|batch| (began, batch));
        }
        if let Some(shows) = machine.next_question() {
            let found = None;
            *question = Some(Question {
                shows,
                began,
                found,
            });
        }
        for effect in std::mem::take(out) {
            self.act(server, effect, began)?;
        }
        self.check_looks()
    }

    pub(super) fn act(
        &mut self,
        server: usize,
        effect: Effect<usize>,
        began: Instant,
    ) -> Result<(), String> {
        match effect {
            Effect::Load(show, known) => self.servers[server].loads.push(Load {
                show,
                known,
                began,
                found: None,
            }),
            Effect::TakeApart(show, known) => {
                self.servers[server].wants.push((show, known, began));
            }
            Effect::Answer(reply, answer) => self.answered(server, reply, answer)?,
            Effect::Publish(picture, seen) => {
                let version = picture.version();
                let shows = SHOWS.iter();
                // A plan is shown where nothing is written.
                let stands = (version.ver > 0).then_some(version);
                let stood = shows.filter(|s| self.shelf.stood(**s, stands, seen));
                ensure(stood.count() > 0, "a picture of what is not stored")?;
            }
            Effect::Settle(settle) => {
                let show = self.shelf.shows.get(&settle.booking.show);
                let safe = show.and_then(|j| j.versions[..j.replicated].last());
                let safe = safe.map_or(0, |v| v.ver);
                ensure(settle.ver <= safe, "payment was told what is not safe")?;
            }
            Effect::Tell(tell) => tell(),
            Effect::Alarm(..) | Effect::Retire(_) => {}
        }
        Ok(())
    }

    /// From when on a refusal may be true: what others have may have been theirs a moment ago.
    pub(super) fn oldest(&self, since: Instant, refused: &LaneError) -> Instant {
        let theirs = |refusal: &Refusal| {
            let code = refusal.code();
            ["seats_taken", "not_enough_seats", "orphan_seat"].contains(&code)
        };
        match refused {
            LaneError::Refused { refusal, .. } if theirs(refusal) => {
                let bound = self.at.checked_sub(REFUSAL_STALE);
                bound.map_or(since, |bound| bound.min(since))
            }
            _ => since,
        }
    }

    pub(super) fn check_looks(&mut self) -> Result<(), String> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<_> = looks.iter().skip(self.looks_checked).cloned().collect();
        drop(looks);
        self.looks_checked += new.len();
        for (show, since, saw) in new {
            if let Ok((ver, tip)) = saw {
                self.seen.note("looked");
                let version = (ver > 0).then_some(Version { ver, tip });
                let stood = self.shelf.stood(show, version, since);
                ensure(stood, "somebody saw what was over long ago, or never was")?;
            }
        }
        Ok(())
    }

    /// Looks at an answer at the moment it is given.
    pub(super) fn answered(
        &mut self,
        server: usize,
        reply: usize,
        answer: Told,
    ) -> Result<(), String> {
        let request = &mut self.requests[reply];
        ensure(request.answer.is_none(), "answered twice")?;
        let (show, since, id) = (request.show, request.since, request.command.id);
        let ask = &request.command.ask;
        let recorded = !matches!(ask, Ask::Open(_) | Ask::Announced(_) | Ask::Expire);
        let is_timer = matches!(ask, Ask::Expire);
        request.answer = Some(answer.clone());
        match answer {
            Ok(answer) => {
                self.seen.note("yes");
                let times = self.shelf.times(show, id);
                if times == 1 {
                    self.granted.insert((show, id));
                }
                let stands = !answer.fresh || !recorded || times == 1;
                ensure(stands, "yes, and it does not stand in the journal")?;
                let safe = self.shelf.has_standby(show, answer.version);
                // Of a show that nobody opened yet there is nothing that could get lost.
                let idle = !answer.fresh && (is_timer || answer.version.ver == 0);
                ensure(safe || idle, "yes, and it would not outlive the primary")
            }
            Err(refused @ (LaneError::Refused { .. } | LaneError::NoSuchShow)) => {
                self.seen.note("refused");
                let decided_on = self.servers[server].machine.stands(show);
                let from = self.oldest(since, &refused);
                let stood = self.shelf.stood(show, decided_on, from);
                ensure(stood, "refused for what was over long ago, or never was")
            }
            Err(LaneError::Busy) => {
                self.seen.note("busy");
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }
}
