//! Names of which there may be millions, and none twice: the keys of rows, the uids of records. Sixteen bytes are kept of
//! each, one after the other, and sorted when all are there.

use std::hash::{BuildHasher, Hasher, RandomState};

/// The bits of a place.
const PLACE: u32 = 40;
/// Up to so many names are searched as they are.
const FEW: usize = 1 << 12;
/// Into so many parts, as a power of two, the others are divided at most.
const MOST_PARTS: u32 = 16;

/// Hashes names by a secret of this run, so that nobody can make an archive in which two names look like one: the 88
/// bits that are kept are the same for two of a thousand million names once in some 600 million runs.
#[derive(Debug, Default)]
pub(super) struct Hashing(RandomState, RandomState);

/// A hashed name, or the hash of a digest, of which half the room is enough where nobody knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hashed(u128);

impl Hashing {
    /// The hash of a name of several parts.
    pub(super) fn of<'n>(&self, parts: impl Iterator<Item = &'n [u8]>) -> Hashed {
        let (mut high, mut low) = (self.0.build_hasher(), self.1.build_hasher());
        for part in parts {
            for hasher in [&mut high, &mut low] {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
        }
        Hashed((u128::from(high.finish()) << 64 | u128::from(low.finish())) >> PLACE << PLACE)
    }
}

/// Hashed names, each with the place where it stands.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    list: Vec<u128>,
    /// How many parts of the sorted list can be found at once, as a power of two.
    bits: u32,
    /// Where each of them begins.
    parts: Vec<usize>,
}

impl Hashes {
    /// Notes a name.
    pub(super) fn note(&mut self, name: Hashed, place: u64) {
        self.list.push(name.0 | u128::from(place.min((1 << PLACE) - 1)));
    }

    /// The names that were noted, each with its place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Hashed, u64)> {
        self.list.iter().map(|name| (Hashed(name >> PLACE << PLACE), place(*name)))
    }

    /// When all are noted: the places of names that stand at a place before it too.
    pub(super) fn sort(&mut self) -> Vec<u64> {
        self.list.sort_unstable();
        let again = self.list.windows(2).filter(|pair| pair[0] >> PLACE == pair[1] >> PLACE);
        let mut places: Vec<u64> = again.map(|pair| place(pair[1])).collect();
        places.sort_unstable();
        places
    }

    /// When they are sorted: makes ready for [`Hashes::contains`], in little room beside that of the names.
    pub(super) fn index(&mut self) {
        let length = self.list.len();
        self.bits = if length < FEW { 0 } else { (length.ilog2() - 2).min(MOST_PARTS) };
        let begin = |part: usize| self.list.partition_point(|name| part_of(*name, self.bits) < part);
        self.parts = (0..=1 << self.bits).map(begin).collect();
    }

    /// Whether a name is one of them; of none before [`Hashes::index`].
    pub(super) fn contains(&self, name: Hashed) -> bool {
        let Some([from, to]) = self.parts.get(part_of(name.0, self.bits)..).and_then(|rest| rest.first_chunk::<2>())
        else {
            return false;
        };
        let part = &self.list[*from..*to];
        part.get(part.partition_point(|known| *known < name.0)).is_some_and(|known| known >> PLACE == name.0 >> PLACE)
    }
}

/// The first bits of a name.
fn part_of(name: u128, bits: u32) -> usize {
    usize::try_from(name.checked_shr(u128::BITS - bits).unwrap_or(0)).unwrap_or(usize::MAX)
}

fn place(name: u128) -> u64 {
    u64::try_from(name % (1 << PLACE)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_found_at_its_later_places() {
        let hashing = Hashing::default();
        let name = |number: u32| hashing.of([&number.to_le_bytes()[..], b"x"].into_iter());
        let mut names = Hashes::default();
        for number in (0..50_000).rev() {
            names.note(name(number), u64::from(number));
        }
        assert!(!names.contains(name(7)), "not before they are sorted");
        for (number, place) in [(7, 90_001), (49_999, 90_000), (7, 90_002), (8, 8)] {
            names.note(name(number), place);
        }
        assert_eq!(names.sort(), [8, 90_000, 90_001, 90_002]);
        names.index();
        assert!((0..50_000).all(|number| names.contains(name(number))));
        assert!(!(50_000..100_000).any(|number| names.contains(name(number))));
    }

    #[test]
    fn an_index_takes_little_room_beside_the_names_and_finds_them_all() {
        let hashing = Hashing::default();
        let name = |number: usize| hashing.of([&number.to_le_bytes()[..]].into_iter());
        for length in [0, 1, FEW - 1, FEW, 3 * FEW, 1 << 19] {
            let mut names = Hashes::default();
            (0..length).for_each(|number| names.note(name(number), 0));
            names.sort();
            names.index();
            assert!(names.parts.len() <= 2 + length / 4, "{length}");
            assert!((0..length).all(|number| names.contains(name(number))), "{length}");
            assert!(!(length..2 * length + 9).any(|number| names.contains(name(number))), "{length}");
        }
    }

    #[test]
    fn what_is_one_name_depends_on_where_its_parts_end() {
        let hashing = Hashing::default();
        let of = |parts: &[&str]| hashing.of(parts.iter().map(|part| part.as_bytes()));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab", ""]), of(&["ab"]));
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(Hashing::default().of([&b"ab"[..]].into_iter()), hashing.of([&b"ab"[..]].into_iter()));
    }
}
