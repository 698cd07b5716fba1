//! Choices made from a string of bytes: what is left over is zero, and zero is the simplest choice, so that a failing
//! case shrinks by itself.

pub struct Choices {
    bytes: std::vec::IntoIter<u8>,
}

impl Choices {
    pub fn new(bytes: Vec<u8>) -> Choices {
        Choices { bytes: bytes.into_iter() }
    }

    /// A number below this one.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.bytes.next().unwrap_or_default()) % limit
    }

    /// True in so many cases of a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        100 - self.below(100) <= percent
    }

    /// One of these.
    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

#[test]
fn what_is_left_over_is_the_simplest_choice() {
    let mut choices = Choices::new(vec![99, 7]);
    assert!(choices.percent(1) && !choices.percent(90));
    assert_eq!((choices.below(9), choices.of(&["a", "b"]), choices.percent(99)), (0, "a", false));
}
