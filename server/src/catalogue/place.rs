//! Where things are: points on the globe and how far apart they are.

use serde::{Deserialize, Serialize};

/// A point, WGS 84 degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// North positive, -90 to 90.
    pub latitude: f64,
    /// East positive, -180 to 180.
    pub longitude: f64,
}

/// A point to be near to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The point.
    pub point: Point,
    /// How far away is still near, in kilometres; any distance if absent.
    pub within_km: Option<f64>,
}

/// The mean radius of the earth in kilometres (IUGG).
const EARTH_KM: f64 = 6_371.008_8;

impl Point {
    /// A point, if it is one on the globe.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_globe = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        on_globe.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// The distance along the globe (haversine), in kilometres.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let (dy, dx) = (b - a, (other.longitude - self.longitude).to_radians());
        let h = (dy / 2.0).sin().powi(2) + a.cos() * b.cos() * (dx / 2.0).sin().powi(2);
        2.0 * EARTH_KM * h.sqrt().clamp(0.0, 1.0).asin()
    }
}

impl Near {
    /// How far `there` is, to a tenth of a kilometre, if that is near.
    #[must_use]
    pub fn km_to(&self, there: Point) -> Option<f64> {
        let km = (self.point.km_to(there) * 10.0).round() / 10.0;
        self.within_km.is_none_or(|max| km <= max).then_some(km)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_a_map() {
        let point = |lat, lon| Point::new(lat, lon).expect("a point");
        let (leeds, york) = (point(53.7965, -1.5478), point(53.9576, -1.0827));
        let (suva, apia) = (point(-18.1416, 178.4415), point(-13.8333, -171.7667));
        assert!((leeds.km_to(york) - 35.4).abs() < 0.5);
        assert!(
            (suva.km_to(apia) - 1_146.0).abs() < 10.0,
            "across the date line"
        );
        assert_eq!(leeds.km_to(leeds), 0.0);
        assert_eq!(Point::new(91.0, 0.0), None);
        assert_eq!(Point::new(f64::NAN, 0.0), None);
    }
}
