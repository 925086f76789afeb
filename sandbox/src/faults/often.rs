//! How often a fault hits the calls that fit it.

/// Which of the calls that fit are hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Often {
    /// Every n-th; 1 is each.
    Every(u32),
    /// By chance, out of a million; the same seed gives the same run.
    Chance { millionths: u32, seed: u64 },
}

impl Often {
    /// Whether the `nth` call that fits (counted from 1) is hit.
    pub fn hits(self, nth: u64) -> bool {
        match self {
            Self::Every(n) => nth.is_multiple_of(u64::from(n.max(1))),
            Self::Chance { millionths, seed } => spread(seed, nth) % 1_000_000 < u64::from(millionths),
        }
    }
}

/// SplitMix64 at position `nth`: evenly spread, and no state to keep.
fn spread(seed: u64, nth: u64) -> u64 {
    let mut z = seed.wrapping_add(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(often: Often, calls: u64) -> Vec<u64> {
        (1..=calls).filter(|n| often.hits(*n)).collect()
    }

    #[test]
    fn every_third_is_the_third_the_sixth_the_ninth() {
        assert_eq!(run(Often::Every(3), 10), [3, 6, 9]);
        assert_eq!(run(Often::Every(1), 3), [1, 2, 3]);
    }

    #[test]
    fn chance_is_the_same_in_every_run_of_a_seed_and_close_to_what_was_asked() {
        let quarter = |seed| Often::Chance {
            millionths: 250_000,
            seed,
        };
        assert_eq!(run(quarter(7), 1_000), run(quarter(7), 1_000));
        assert_ne!(run(quarter(7), 1_000), run(quarter(8), 1_000));
        let hits = run(quarter(7), 10_000).len();
        assert!((2_300..=2_700).contains(&hits), "{hits}");
        let sure = Often::Chance {
            millionths: 1_000_000,
            seed: 1,
        };
        assert_eq!(run(sure, 100).len(), 100);
    }
}
