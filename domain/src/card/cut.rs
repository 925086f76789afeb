//! Shortening what is too long for Slack, visibly and not within a character.

/// What stands where something was left out.
const MARK: char = '…';
/// Closes a code block that the cut left open.
const FENCE: &str = "\n```";

/// How long Slack finds a text: in the units of JavaScript, so that it is never longer than we think.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text in at most `most` units, or `None` when it fits as it is. `mrkdwn`: entities and tokens stay whole, and an
/// open code block is closed.
pub(super) fn shorten(text: &str, most: usize, mrkdwn: bool) -> Option<String> {
    if length(text) <= most {
        return None;
    }
    let reserved = MARK.len_utf16() + if mrkdwn { FENCE.len() } else { 0 };
    let room = most.saturating_sub(reserved);
    let mut used = 0;
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        used += letter.len_utf16();
        if used > room {
            break;
        }
        end = at + letter.len_utf8();
    }
    let mut kept = &text[..whole(text, end)];
    if mrkdwn {
        for (open, close) in [('<', '>'), ('&', ';')] {
            if let Some(at) = kept.rfind(open)
                && !kept[at..].contains(close)
            {
                kept = &kept[..at];
            }
        }
        // Half a fence is none.
        if text[kept.len()..].starts_with('`') {
            kept = kept.trim_end_matches('`');
        }
    }
    let mut kept = kept.trim_end().to_owned();
    kept.push(MARK);
    if mrkdwn && kept.matches("```").count() % 2 == 1 {
        kept.push_str(FENCE);
    }
    Some(kept)
}

/// The end moved back to where a reader sees a new character: not between a letter and what is drawn upon it, nor
/// within the several signs that make one picture.
fn whole(text: &str, mut end: usize) -> usize {
    loop {
        let joins = text[end..].chars().next().is_some_and(is_part_of_the_one_before)
            || text[..end].ends_with('\u{200D}')
            || splits_a_flag(text, end);
        match text[..end].chars().next_back() {
            Some(before) if joins => end -= before.len_utf8(),
            _ => return end,
        }
    }
}

/// Flags are pairs of regional letters.
fn splits_a_flag(text: &str, end: usize) -> bool {
    let regional = |letter: &char| matches!(letter, '\u{1F1E6}'..='\u{1F1FF}');
    let before = text[..end].chars().rev().take_while(regional).count();
    before % 2 == 1 && text[end..].chars().next().is_some_and(|letter| regional(&letter))
}

fn is_part_of_the_one_before(letter: char) -> bool {
    matches!(letter,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{064B}'..='\u{065F}'
        | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}' | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}'
        | '\u{200D}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
}
