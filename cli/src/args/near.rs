//! Around where: `--near`, `--near-city`, `--within`.

use std::str::FromStr;

use clap::{ArgGroup, Args};

/// A mile in kilometres, by definition.
pub const KM_PER_MILE: f64 = 1.609_344;

/// Around a point or a city.
#[derive(Clone, Debug, Default, Args)]
#[command(group = ArgGroup::new("around").args(["near", "near_city"]))]
pub struct NearArgs {
    /// Around this point, as in `53.80,-1.55`
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub near: Option<Point>,
    /// Around this city, by id or name
    #[arg(long, value_name = "CITY")]
    pub near_city: Option<String>,
    /// At most so far from it, as in `10`, `10km` or `6mi`
    #[arg(long, value_name = "DISTANCE", requires = "around", value_parser = kilometres)]
    pub within: Option<f64>,
}

/// A point on the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// WGS 84 degrees, north positive.
    pub latitude: f64,
    /// WGS 84 degrees, east positive.
    pub longitude: f64,
}

impl FromStr for Point {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (latitude, longitude) = text.split_once(',')?;
            let point = Self {
                latitude: latitude.trim().parse().ok()?,
                longitude: longitude.trim().parse().ok()?,
            };
            let on_earth = (-90.0..=90.0).contains(&point.latitude)
                && (-180.0..=180.0).contains(&point.longitude);
            on_earth.then_some(point)
        };
        parse().ok_or_else(|| "a point is latitude and longitude, as in `53.80,-1.55`".to_owned())
    }
}

fn kilometres(text: &str) -> Result<f64, String> {
    let (number, unit_km) = match (text.strip_suffix("km"), text.strip_suffix("mi")) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, KM_PER_MILE),
        (None, None) => (text, 1.0),
    };
    let number: Option<f64> = number.trim().parse().ok();
    number
        .map(|number| number * unit_km)
        .filter(|km| km.is_finite() && *km > 0.0 && *km <= 20_100.0)
        .ok_or_else(|| "a distance is like `10`, `10km` or `6mi`, up to 20100km".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_in_kilometres_unless_it_says_miles() {
        assert_eq!(kilometres("10"), Ok(10.0));
        assert_eq!(kilometres("10 km"), Ok(10.0));
        assert_eq!(kilometres("10mi"), Ok(16.093_44));
        for bad in ["", "km", "mi", "-1mi", "0", "NaN", "infmi", "20101", "10m"] {
            assert!(kilometres(bad).is_err(), "{bad}");
        }
    }
}
