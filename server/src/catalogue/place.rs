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
    /// How far `there` is in metres, if that is near.
    #[must_use]
    pub fn metres_to(&self, there: Point) -> Option<u32> {
        let metres = (self.point.km_to(there) * 1_000.0).round();
        let near = self.within_km.is_none_or(|max| metres <= max * 1_000.0);
        // Half around the globe are 20 million metres.
        near.then_some(metres as u32)
    }
}

/// Metres as kilometres, to a tenth.
#[must_use]
pub(super) fn tenths_of_km(metres: u32) -> f64 {
    (f64::from(metres) / 100.0).round() / 10.0
}

/// Points by latitude, so that those around another one are found without looking at all of them.
#[derive(Debug, Default)]
pub(super) struct Globe {
    /// South to north, each with its place in the list it was made of.
    points: Vec<(Point, usize)>,
}

impl Globe {
    /// A globe with these points on it.
    pub(super) fn of(points: impl Iterator<Item = Point>) -> Self {
        let mut points: Vec<_> = points.zip(0..).collect();
        points.sort_by(|a, b| a.0.latitude.total_cmp(&b.0.latitude));
        Self { points }
    }

    /// The places of the points in a box around the circle: all that are near, and few others.
    pub(super) fn around(&self, near: &Near) -> impl Iterator<Item = usize> {
        // A metre more than asked for, so that rounding leaves nothing out.
        let radius = near.within_km.map_or(f64::INFINITY, |km| km + 0.001) / EARTH_KM;
        let (latitude, longitude) = (near.point.latitude, near.point.longitude);
        let (south, north) = (
            latitude - radius.to_degrees(),
            latitude + radius.to_degrees(),
        );
        let first = self.points.partition_point(|p| p.0.latitude < south);
        let end = self.points.partition_point(|p| p.0.latitude <= north);
        // Around a pole every longitude is near.
        let has_pole = north >= 90.0 || south <= -90.0;
        let east_west = if has_pole {
            360.0
        } else {
            let ratio = radius.sin() / latitude.to_radians().cos();
            ratio.clamp(0.0, 1.0).asin().to_degrees()
        };
        let band = self.points[first..end.max(first)].iter();
        band.filter_map(move |(point, place)| {
            let apart = (point.longitude - longitude).abs();
            // The way over the 180th meridian may be the shorter one.
            (apart.min(360.0 - apart) <= east_west).then_some(*place)
        })
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
