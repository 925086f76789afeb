//! How long messages take, counted in steps: exact enough to look at, and small however many there are.

/// Upper ends of the steps, milliseconds.
pub const DELAY_STEPS: [i64; 21] = [
    250, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000,
    300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 86_400_000,
];

/// Stands for more than the last step.
pub const DELAY_MORE: i64 = 9_007_199_254_740_991;

/// The step of a delay, as its upper end.
#[must_use]
pub fn delay_step(ms: i64) -> i64 {
    DELAY_STEPS
        .into_iter()
        .find(|up_to| ms <= *up_to)
        .unwrap_or(DELAY_MORE)
}

/// Within which time so many of a hundred messages were sent, as the upper end of a step; `steps` are pairs of upper end
/// and number, quickest first. `None` without messages.
#[must_use]
pub fn delay_within(steps: &[(i64, i64)], percent: i64) -> Option<i64> {
    let all: i64 = steps.iter().map(|(_, messages)| messages).sum();
    let mut so_far = 0;
    steps.iter().find_map(|(up_to, messages)| {
        so_far += messages;
        (*messages > 0 && so_far * 100 >= all * percent).then_some(*up_to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_belongs_to_the_first_step_that_holds_it() {
        for (ms, step) in [(-5, 250), (250, 250), (251, 500), (7_200_001, 86_400_000)] {
            assert_eq!(delay_step(ms), step, "{ms}");
        }
        assert_eq!(delay_step(86_400_001), DELAY_MORE);
    }

    #[test]
    fn half_and_most_of_the_messages_are_found_in_their_steps() {
        assert_eq!(delay_within(&[], 50), None);
        let steps = [(250, 50), (500, 44), (1_000, 5), (60_000, 1)];
        assert_eq!(delay_within(&steps, 50), Some(250));
        assert_eq!(delay_within(&steps, 51), Some(500));
        assert_eq!(delay_within(&steps, 95), Some(1_000));
        assert_eq!(delay_within(&steps, 100), Some(60_000));
    }
}
