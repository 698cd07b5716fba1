//! Pseudo-random numbers that never change: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
//!
//! A library may change its stream between versions; a store made from a seed must stay the same for ever.

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The stream of one thing in one room, so that what is drawn for one subject moves nothing of another.
    pub(super) fn of(seed: u64, room: u64, thing: u64) -> Random {
        let mut stream = Random(seed);
        for part in [room, thing] {
            stream.0 = stream.next() ^ part.wrapping_mul(0xD1B5_4A32_D192_ED03);
        }
        stream.next();
        stream
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of a list, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    /// A position in a list of this length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.index(last + 1);
            list.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        let drawn: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    #[test]
    fn what_is_drawn_for_one_thing_is_not_what_is_drawn_for_another() {
        let first: Vec<u64> =
            [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)].map(|(s, r, t)| Random::of(s, r, t).next()).into();
        for (at, drawn) in first.iter().enumerate() {
            assert!(!first[..at].contains(drawn));
        }
    }

    #[test]
    fn a_shuffled_list_holds_what_it_held() {
        let mut list: Vec<u64> = (0..100).collect();
        Random::new(7).shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }
}
