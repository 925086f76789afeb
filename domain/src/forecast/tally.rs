//! Judging event after event, and counting.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{MINUTE, Minute};
use crate::{Event, Rule, RuleStatus, Timestamp};

/// Events kept to show what messages would have looked like.
const SAMPLES: usize = 3;

/// What a rule would have done with the events so far. They come in the order of their arrival.
#[derive(Clone, Debug)]
pub struct Tally {
    rule: Rule,
    judged: u64,
    matched: u64,
    minutes: BTreeMap<Timestamp, Minute>,
    samples: VecDeque<Event>,
    /// When a value that makes repetitions was last told, by its hash.
    told: HashMap<u64, Timestamp>,
    told_room: usize,
}

impl Tally {
    /// Begins. A disabled rule is judged as if it were active: that is what one wants to know.
    #[must_use]
    pub fn new(rule: &Rule) -> Tally {
        Tally {
            rule: Rule {
                status: RuleStatus::Active,
                ..rule.clone()
            },
            judged: 0,
            matched: 0,
            minutes: BTreeMap::new(),
            samples: VecDeque::new(),
            told: HashMap::new(),
            told_room: 100_000,
        }
    }

    /// The next event, which arrived at this moment.
    pub fn judge(&mut self, event: &Event, at: Timestamp) {
        self.judged += 1;
        if !self.rule.fires_for(event) {
            return;
        }
        self.matched += 1;
        let repeats = self.repeats(event, at);
        let minute = self.minutes.entry(at - at.rem_euclid(MINUTE)).or_default();
        minute.count += 1;
        minute.repeats += u64::from(repeats);
        // The first, and then one each time their number has doubled: from all over the time, without keeping many.
        if self.matched.is_power_of_two() {
            if self.samples.len() == SAMPLES {
                self.samples.pop_front();
            }
            self.samples.push_back(event.clone());
        }
    }

    /// An event that can't be read counts as one that does not match.
    pub fn pass_by(&mut self) {
        self.judged += 1;
    }

    fn repeats(&mut self, event: &Event, at: Timestamp) -> bool {
        let options = &self.rule.action.sending;
        let (Some(repeats), Some(value)) = (&options.repeats, options.repeat_value(event, self.rule.level))
        else {
            return false;
        };
        let within = i64::from(repeats.minutes) * MINUTE;
        if self.told.len() >= self.told_room {
            self.told.retain(|_, told| at - *told <= within);
            self.told_room = (self.told.len() * 2).max(100_000);
        }
        let mut hash = DefaultHasher::new();
        value.hash(&mut hash);
        let told = self.told.entry(hash.finish());
        let mut repeated = false;
        told.and_modify(|before| {
            repeated = at - *before <= within;
            if !repeated {
                *before = at;
            }
        })
        .or_insert(at);
        repeated
    }

    /// Events judged.
    #[must_use]
    pub fn judged(&self) -> u64 {
        self.judged
    }

    /// Events that would have made the rule fire.
    #[must_use]
    pub fn matched(&self) -> u64 {
        self.matched
    }

    /// What matched, minute by minute.
    #[must_use]
    pub fn minutes(&self) -> &BTreeMap<Timestamp, Minute> {
        &self.minutes
    }

    /// Some events that matched, oldest first.
    pub fn samples(&self) -> impl Iterator<Item = &Event> {
        self.samples.iter()
    }
}
