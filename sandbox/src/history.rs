//! A list that forgets its oldest entries, bounded by count and by bytes.

use std::collections::VecDeque;

/// Tells roughly how many bytes an entry keeps in memory.
pub trait Weigh {
    /// Bytes, roughly.
    fn weight(&self) -> usize;
}

/// The newest entries, oldest first.
#[derive(Debug)]
pub struct History<T> {
    entries: VecDeque<T>,
    bytes: usize,
    max_entries: usize,
    max_bytes: usize,
}

impl<T: Weigh> History<T> {
    /// Keeps at most `max_entries`, and fewer if they weigh more than `max_bytes`.
    pub fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            bytes: 0,
            max_entries: max_entries.max(1),
            max_bytes,
        }
    }

    /// Adds an entry; the newest always stays, however heavy.
    pub fn push(&mut self, entry: T) {
        self.bytes += entry.weight();
        self.entries.push_back(entry);
        while self.entries.len() > self.max_entries || (self.bytes > self.max_bytes && self.entries.len() > 1)
        {
            if let Some(old) = self.entries.pop_front() {
                self.bytes -= old.weight();
            }
        }
    }

    /// Changes the newest entry that matches, and says whether there was one.
    pub fn edit(&mut self, matches: impl Fn(&T) -> bool, change: impl FnOnce(&mut T)) -> bool {
        let Some(entry) = self.entries.iter_mut().rev().find(|e| matches(e)) else {
            return false;
        };
        self.bytes -= entry.weight();
        change(entry);
        self.bytes += entry.weight();
        true
    }

    /// Forgets the newest entry that matches, and gives it.
    pub fn take(&mut self, matches: impl Fn(&T) -> bool) -> Option<T> {
        let at = self.entries.iter().rposition(matches)?;
        let taken = self.entries.remove(at)?;
        self.bytes -= taken.weight();
        Some(taken)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.entries.iter()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for String {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    fn kept(h: &History<String>) -> Vec<&str> {
        h.iter().map(String::as_str).collect()
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut h = History::new(2, 100);
        for word in ["a", "b", "c"] {
            h.push(word.to_owned());
        }
        assert_eq!(kept(&h), ["b", "c"]);
    }

    #[test]
    fn the_oldest_go_when_they_weigh_too_much_but_the_newest_stays() {
        let mut h = History::new(10, 6);
        h.push("aaaa".to_owned());
        h.push("bb".to_owned());
        h.push("c".to_owned());
        assert_eq!(kept(&h), ["bb", "c"]);
        h.push("a very long one".to_owned());
        assert_eq!(kept(&h), ["a very long one"]);
    }

    #[test]
    fn what_is_taken_weighs_nothing_any_more() {
        let mut h = History::new(10, 6);
        h.push("aaaa".to_owned());
        h.push("b".to_owned());
        assert_eq!(h.take(|e| e == "aaaa").as_deref(), Some("aaaa"));
        assert_eq!(h.take(|e| e == "aaaa"), None);
        h.push("ccccc".to_owned());
        assert_eq!(kept(&h), ["b", "ccccc"]);
    }

    #[test]
    fn an_edit_keeps_the_weight_right() {
        let mut h = History::new(10, 6);
        h.push("aa".to_owned());
        assert!(h.edit(|e| e == "aa", |e| e.push_str("aaa")));
        assert!(!h.edit(|e| e == "zz", |e| e.clear()));
        h.push("bb".to_owned());
        assert_eq!(kept(&h), ["bb"]);
    }
}
