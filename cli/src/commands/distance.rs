//! How far things are: around where somebody asked, and in which unit it is told.

use houseful_core::wire::{
    Page,
    catalogue::{Cinema, City},
};
use serde::Serialize;

use super::names;
use crate::{
    args::{KM_PER_MILE, NearArgs},
    client::{Around, Client, Near},
    error::CliError,
};

/// Around where, with a city's name made its id.
pub(super) async fn near(client: &Client, args: &NearArgs) -> Result<Option<Near>, CliError> {
    let around = match (args.near, &args.near_city) {
        (Some(at), _) => Around::Point {
            latitude: at.latitude,
            longitude: at.longitude,
        },
        (None, Some(name)) => Around::City(names::city(client, name).await?),
        (None, None) => return Ok(None),
    };
    Ok(Some(Near {
        around,
        within_km: args.within,
    }))
}

/// What may be some way off.
pub(super) trait Distant: Serialize {
    /// Metres, if they were asked for.
    fn metres(&self) -> Option<u32>;
}

impl Distant for City {
    fn metres(&self) -> Option<u32> {
        self.distance_m
    }
}

impl Distant for Cinema {
    fn metres(&self) -> Option<u32> {
        self.distance_m
    }
}

/// A thing with its distance in miles, to a tenth.
#[derive(Debug, Serialize)]
pub(super) struct InMiles<T> {
    #[serde(flatten)]
    thing: T,
    distance_mi: Option<f64>,
}

/// All of a page, with miles.
pub(super) fn in_miles<T: Distant>(page: Page<T>) -> Page<InMiles<T>> {
    let with_miles = |thing: T| InMiles {
        distance_mi: thing.metres().map(miles),
        thing,
    };
    Page {
        items: page.items.into_iter().map(with_miles).collect(),
        next: page.next,
    }
}

fn miles(metres: u32) -> f64 {
    (f64::from(metres) / (KM_PER_MILE * 100.0)).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mile_has_1609_metres() {
        assert_eq!(miles(1_609), 1.0);
        assert_eq!(miles(0), 0.0);
        assert_eq!(miles(42_195), 26.2);
    }
}
