//! City, movie, show in three columns, with one search box over all of them.

use houseful_core::{
    ids::{CityId, MovieId},
    wire::catalogue::{City, Movie, Show},
};
use tui_input::Input;

use super::{
    desk::Desk,
    field,
    filter::fitting,
    key::Key,
    keymap::{Action, Place},
    list::moved,
    model::{Step, View},
    msg::{Answer, Ask, Failure, Generation, Reply, ShowsWanted},
    seats::Seats,
    wording,
};

const SHOWS: u16 = 200;

/// A column of Browse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// Cities; the first line stands for all.
    #[default]
    City,
    /// Movies in the marked city.
    Movie,
    /// Shows of the marked movie in the marked city.
    Show,
}

impl Column {
    fn next(self) -> Self {
        match self {
            Self::City => Self::Movie,
            Self::Movie | Self::Show => Self::Show,
        }
    }

    fn previous(self) -> Self {
        match self {
            Self::City | Self::Movie => Self::City,
            Self::Show => Self::Movie,
        }
    }
}

/// City, movie, show.
#[derive(Clone, Debug, Default)]
pub struct Browse {
    /// Cities as the server lists them.
    pub cities: Vec<City>,
    /// Movies of the marked city.
    pub movies: Vec<Movie>,
    /// Shows of the marked movie there.
    pub shows: Vec<Show>,
    /// Which column has the cursor.
    pub column: Column,
    /// The marked line of the cities that fit; 0 is "all cities".
    pub city: usize,
    /// The marked line of the movies that fit.
    pub movie: usize,
    /// The marked line of the shows that fit.
    pub show: usize,
    /// The search box.
    pub search: Input,
    /// Whether it is being typed.
    pub typing: bool,
    /// What the columns were asked for last; what is marked may have gone on since.
    movies_of: Option<CityId>,
    shows_of: Option<(Option<CityId>, MovieId)>,
    cities_asked: Option<Generation>,
    movies_asked: Option<Generation>,
    shows_asked: Option<Generation>,
}

impl Browse {
    /// Opens the view.
    pub fn open(desk: &mut Desk) -> Self {
        let mut browse = Self::default();
        browse.load(desk);
        browse
    }

    fn load(&mut self, desk: &mut Desk) {
        self.cities_asked = Some(desk.ask(Ask::Cities));
        self.load_movies(desk);
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        if self.typing {
            Place::BrowseFilter
        } else {
            Place::Browse
        }
    }

    /// Whether the last question for this column is unanswered.
    #[must_use]
    pub fn is_waiting(&self, column: Column) -> bool {
        match column {
            Column::City => self.cities_asked,
            Column::Movie => self.movies_asked,
            Column::Show => self.shows_asked.or(self.movies_asked),
        }
        .is_some()
    }

    /// The cities that fit the search.
    #[must_use]
    pub fn fitting_cities(&self) -> Vec<&City> {
        self.fit(&self.cities, Self::city_line)
    }

    fn city_line(city: &City) -> (String, String) {
        (city.name.clone(), String::new())
    }

    /// Whether the search names one city, and not only none.
    fn names_one_city(&self) -> bool {
        let lines: Vec<_> = self.cities.iter().map(Self::city_line).collect();
        !self.search.value().is_empty() && fitting(self.search.value(), &lines).len() == 1
    }

    /// The movies that fit the search.
    #[must_use]
    pub fn fitting_movies(&self) -> Vec<&Movie> {
        let lines = |m: &Movie| (m.title.clone(), m.genres.join(" "));
        self.fit(&self.movies, lines)
    }

    /// The shows that fit the search.
    #[must_use]
    pub fn fitting_shows(&self) -> Vec<&Show> {
        let lines = |s: &Show| (s.cinema_name.clone(), s.starts_local.replace('T', " "));
        self.fit(&self.shows, lines)
    }

    /// Whether the shows are in several time zones.
    #[must_use]
    pub fn zones_differ(&self) -> bool {
        let mut zones = self.shows.iter().map(|s| &s.time_zone);
        let first = zones.next();
        zones.any(|zone| Some(zone) != first)
    }

    /// The lines that fit; all of them when none does, since the search box serves three columns.
    fn fit<'a, T>(&self, things: &'a [T], line: impl Fn(&T) -> (String, String)) -> Vec<&'a T> {
        let lines: Vec<_> = things.iter().map(line).collect();
        let found = fitting(self.search.value(), &lines);
        if found.is_empty() {
            return things.iter().collect();
        }
        found.into_iter().filter_map(|i| things.get(i)).collect()
    }

    /// The marked city; `None` for all.
    #[must_use]
    pub fn marked_city(&self) -> Option<CityId> {
        let line = self.city.checked_sub(1)?;
        self.fitting_cities().get(line).map(|c| c.id)
    }

    /// The marked movie.
    #[must_use]
    pub fn marked_movie(&self) -> Option<&Movie> {
        self.fitting_movies().get(self.movie).copied()
    }

    /// The marked show.
    #[must_use]
    pub fn marked_show(&self) -> Option<&Show> {
        self.fitting_shows().get(self.show).copied()
    }

    /// What the shows should be of.
    fn marked_pair(&self) -> Option<(Option<CityId>, MovieId)> {
        let movie = self.marked_movie()?;
        Some((self.marked_city(), movie.id))
    }

    /// Asks for what belongs to the marked lines, unless it was. A column never shows what belongs
    /// to another line than the marked one.
    fn ask_for_marked(&mut self, desk: &mut Desk) {
        if self.movies_of != self.marked_city() {
            self.load_movies(desk);
        } else if self.movies_asked.is_none() && self.shows_of != self.marked_pair() {
            self.load_shows(desk);
        }
    }

    fn load_movies(&mut self, desk: &mut Desk) {
        self.movies_of = self.marked_city();
        self.movies_asked = Some(desk.ask(Ask::Movies(self.movies_of)));
        self.shows_of = None;
        self.shows_asked = None;
        self.shows.clear();
    }

    fn load_shows(&mut self, desk: &mut Desk) {
        self.show = 0;
        self.shows.clear();
        self.shows_of = self.marked_pair();
        self.shows_asked = self.shows_of.map(|(city, movie)| {
            let wanted = ShowsWanted {
                city,
                movie: Some(movie),
                limit: SHOWS,
                ..ShowsWanted::default()
            };
            desk.ask(Ask::Shows(wanted))
        });
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, key: Key) -> Step {
        match action {
            Action::Digit => {
                let line = usize::from(key.digit().unwrap_or(1)).saturating_sub(1);
                return self.sell(desk, line);
            }
            Action::Accept if self.typing => self.typing = false,
            Action::Accept if self.column == Column::Show => return self.sell(desk, self.show),
            Action::Accept | Action::Next | Action::Right => self.column = self.column.next(),
            Action::Previous | Action::Left => self.column = self.column.previous(),
            Action::Back if self.typing || !self.search.value().is_empty() => {
                let city = self.marked_city();
                self.typing = false;
                self.search.reset();
                self.first_lines(desk, city);
            }
            Action::Back => return Step::Back,
            Action::Filter => self.typing = true,
            Action::Refresh => self.load(desk),
            _ => {
                let lines = self.lines();
                if let Some(line) = moved(action, self.marked_line(), lines) {
                    self.mark(desk, line);
                }
            }
        }
        Step::Stay
    }

    /// A line was pointed at: it is marked, and opened when it was marked already.
    pub fn point(&mut self, desk: &mut Desk, column: Column, line: usize) -> Step {
        let again = self.column == column && self.marked_line() == line;
        self.column = column;
        if again {
            return self.act(desk, Action::Accept, Key::Enter);
        }
        self.mark(desk, line);
        Step::Stay
    }

    fn marked_line(&self) -> usize {
        match self.column {
            Column::City => self.city,
            Column::Movie => self.movie,
            Column::Show => self.show,
        }
    }

    /// A key was typed into the search box.
    pub fn typed(&mut self, desk: &mut Desk, key: Key) {
        let city = self.marked_city();
        if field::edit(&mut self.search, key) {
            self.first_lines(desk, city);
        }
    }

    /// Marks the first lines that fit, and asks for what belongs to them. The city that was marked
    /// stays so, unless the search names another one.
    fn first_lines(&mut self, desk: &mut Desk, city: Option<CityId>) {
        let still = |c: &&City| Some(c.id) == city;
        let kept = self.fitting_cities().iter().position(still);
        self.city = if self.names_one_city() {
            1
        } else {
            kept.map_or(0, |line| line + 1)
        };
        self.movie = 0;
        self.show = 0;
        self.ask_for_marked(desk);
    }

    /// How many lines the column with the cursor has.
    fn lines(&self) -> usize {
        match self.column {
            Column::City => self.fitting_cities().len() + 1,
            Column::Movie => self.fitting_movies().len(),
            Column::Show => self.fitting_shows().len(),
        }
    }

    /// Marks a line of the column with the cursor, and asks for what belongs to it.
    fn mark(&mut self, desk: &mut Desk, line: usize) {
        let line = line.min(self.lines().saturating_sub(1));
        match self.column {
            Column::City if line != self.city => {
                self.city = line;
                self.movie = 0;
            }
            Column::Movie => self.movie = line,
            Column::City => {}
            Column::Show => self.show = line,
        }
        self.ask_for_marked(desk);
    }

    /// Chooses a line of the column that has the cursor, counted from 1; 0 is all cities.
    pub fn choose(&mut self, desk: &mut Desk, number: usize) -> Step {
        let line = match (self.column, number.checked_sub(1)) {
            (Column::City, _) => number,
            (Column::Movie | Column::Show, Some(line)) => line,
            (Column::Movie | Column::Show, None) => return Step::Stay,
        };
        if self.column == Column::Show {
            return self.sell(desk, line);
        }
        self.mark(desk, line);
        self.column = self.column.next();
        Step::Stay
    }

    fn sell(&mut self, desk: &mut Desk, line: usize) -> Step {
        let show = self.fitting_shows().get(line).map(|s| (*s).clone());
        let Some(show) = show else {
            desk.say(wording::no_line(line + 1));
            return Step::Stay;
        };
        self.column = Column::Show;
        self.show = line;
        if let Some(why) = wording::not_for_sale(&show) {
            desk.say(why);
            return Step::Stay;
        }
        Step::Open(Box::new(View::Seats(Box::new(Seats::open(desk, show)))))
    }

    /// Takes an answer if it is this view's; `false` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> bool {
        let asked = Some(answer.generation);
        let slot = [
            &mut self.cities_asked,
            &mut self.movies_asked,
            &mut self.shows_asked,
        ]
        .into_iter()
        .find(|slot| **slot == asked);
        let Some(slot) = slot else { return false };
        *slot = None;
        match &answer.result {
            Ok(Reply::Cities(cities)) => self.cities.clone_from(cities),
            Ok(Reply::Movies(movies)) => {
                self.movies.clone_from(movies);
                self.movie = self.movie.min(self.movies.len().saturating_sub(1));
                self.load_shows(desk);
            }
            Ok(Reply::Shows(shows)) => self.shows.clone_from(shows),
            Ok(_) => {}
            Err(Failure::Refused(problem)) => desk.tell_problem(problem),
            Err(Failure::NoAnswer(why) | Failure::Broken(why)) => desk.say(why.clone()),
        }
        true
    }
}
