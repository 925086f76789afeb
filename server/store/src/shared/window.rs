//! Pages far into a long list: counted from the end that is nearer.

use super::Sql;

/// Rows that may be passed over without asking first how many there are.
const DEEP: i64 = 1_000;

/// The rows of a page within a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Counted from the end of the list, which is then read backwards.
    pub backwards: bool,
    limit: i64,
    offset: i64,
}

impl Window {
    /// Counted from the beginning.
    pub fn new(limit: i64, offset: i64) -> Self {
        Self {
            backwards: false,
            limit: limit.max(0),
            offset: offset.max(0),
        }
    }

    /// Whether it is worth knowing how many rows there are.
    pub fn is_deep(self) -> bool {
        self.offset > DEEP
    }

    /// The same rows of a list of `total`, counted from the nearer end.
    pub fn of(self, total: i64) -> Self {
        let rows = (total - self.offset).clamp(0, self.limit);
        let behind = (total - self.offset - rows).max(0);
        if behind >= self.offset {
            return self;
        }
        Self {
            backwards: true,
            limit: rows,
            offset: behind,
        }
    }

    /// Adds ` LIMIT … OFFSET …`.
    pub fn push(self, sql: &mut Sql) {
        sql.push(" LIMIT ").push_bind(self.limit);
        sql.push(" OFFSET ").push_bind(self.offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a window shows of the numbers below `total`.
    fn shown(window: Window, total: i64) -> Vec<i64> {
        let mut all: Vec<i64> = (0..total).collect();
        if window.backwards {
            all.reverse();
        }
        let mut page: Vec<i64> = all
            .into_iter()
            .skip(usize::try_from(window.offset).unwrap())
            .take(usize::try_from(window.limit).unwrap())
            .collect();
        page.sort_unstable();
        page
    }

    #[test]
    fn a_page_holds_the_same_rows_from_whichever_end_it_is_counted() {
        for total in 0..25 {
            for offset in 0..30 {
                for limit in 0..8 {
                    let front = Window::new(limit, offset);
                    let nearer = front.of(total);
                    assert_eq!(
                        shown(nearer, total),
                        shown(front, total),
                        "{total} {offset} {limit}"
                    );
                    assert!(nearer.offset <= front.offset && nearer.offset <= total / 2);
                }
            }
        }
    }
}
