//! Work that depends on nothing but its input and is done once: service descriptions and seeds, which every run of a
//! scenario would otherwise write and read anew.

use std::sync::{Mutex, PoisonError};

/// Results by input, the latest few of them.
#[derive(Debug)]
pub struct Memo<K, V>(Mutex<Vec<(K, V)>>);

/// More than the styles and bridge releases one program meets.
const KEPT: usize = 64;

impl<K, V: Clone> Memo<K, V> {
    /// An empty memo.
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The result for an input that is equal to `is`; made when it is not known.
    ///
    /// # Errors
    /// What `make` says; failures are not kept.
    pub fn get_or_try<E>(&self, is: impl Fn(&K) -> bool, make: impl FnOnce() -> Result<(K, V), E>) -> Result<V, E> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = known.iter().find(|(key, _)| is(key)) {
            return Ok(value.clone());
        }
        let (key, value) = make()?;
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((key, value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_once_for_an_input_and_failures_are_not_kept() {
        let memo = Memo::new();
        let mut made = 0;
        for _ in 0..3 {
            let made: Result<i32, &str> = memo.get_or_try(
                |key| *key == 7,
                || {
                    made += 1;
                    Ok((7, made))
                },
            );
            assert_eq!(made, Ok(1));
        }
        assert_eq!(memo.get_or_try(|key| *key == 8, || Err("no")), Err("no"));
        assert_eq!(memo.get_or_try(|key| *key == 8, || Ok::<_, &str>((8, 80))), Ok(80));
        for key in 100..200 {
            let _ = memo.get_or_try(|known| *known == key, || Ok::<_, &str>((key, key)));
        }
        assert_eq!(memo.get_or_try(|key| *key == 7, || Ok::<_, &str>((7, -1))), Ok(-1), "the oldest is forgotten");
    }
}
