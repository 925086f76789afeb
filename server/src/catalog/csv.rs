//! The catalog as CSV: reading what somebody uploads, line by line, and writing lists in the same form.

use leadbell_app::views::catalog::LineError;
use leadbell_domain::{EntityKind, EntryDraft};

/// Most lines of one file, without its header.
pub const MAX_LINES: usize = 50_000;
/// Largest file, in bytes.
const MAX_BYTES: usize = 10 * 1024 * 1024;

/// A line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1; the header's is 1.
    pub number: u64,
    /// What kind of entry it is about.
    pub kind: EntityKind,
    /// What it says.
    pub draft: EntryDraft,
}

/// Why a file can't be read as a whole, or what is wrong in its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// The file as a whole.
    File(String),
    /// Single lines, every one of them.
    Lines(Vec<LineError>),
}

fn whole(why: impl Into<String>) -> FileError {
    FileError::File(why.into())
}

fn complaint(line: u64, field: &str, message: impl Into<String>) -> LineError {
    LineError {
        line,
        field: field.to_owned(),
        message: message.into(),
    }
}

/// The columns there are; a kind's own name is told first.
const COLUMNS: [&str; 9] = [
    "kind",
    "id",
    "name",
    "platform",
    "status",
    "product",
    "publisher",
    "buyer",
    "campaigns",
];

/// The column that a header names.
fn column(header: &str) -> Option<&'static str> {
    let header = header.trim().to_lowercase();
    let header = header.strip_suffix("_id").unwrap_or(&header);
    COLUMNS.into_iter().find(|column| *column == header)
}

/// Reads a file: UTF-8 with or without byte order mark, commas or semicolons, the first line naming the columns.
pub fn read(file: &[u8]) -> Result<Vec<Line>, FileError> {
    if file.len() > MAX_BYTES {
        return Err(whole("A file may have at most 10 MB. Send it in parts."));
    }
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let text = std::str::from_utf8(file).map_err(|error| {
        let line = file[..error.valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        whole(format!(
            "The file is not UTF-8 (line {line}). Save it as “CSV UTF-8” and send it again."
        ))
    })?;
    if text.trim().is_empty() {
        return Err(whole("Choose a CSV file, or paste its lines."));
    }
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let semicolons = first.matches(';').count() > first.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut line_at = LineCounter { text, at: 0, line: 1 };
    let header = reader
        .headers()
        .map_err(|error| whole(format!("The first line can't be read: {error}.")))?
        .clone();
    let columns = columns_of(&header)?;
    let (mut lines, mut errors) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| whole(format!("The file can't be read: {error}.")))?;
        let number = line_at.number(record.position().map_or(0, csv::Position::byte));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if lines.len() + errors.len() >= MAX_LINES {
            return Err(whole("A file may have at most 50,000 lines. Send it in parts."));
        }
        match line(number, &columns, &record) {
            Ok(line) => lines.push(line),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(FileError::Lines(errors));
    }
    if lines.is_empty() {
        return Err(whole(
            "The file has no lines after the first, which names the columns.",
        ));
    }
    Ok(lines)
}

/// Counts lines as people do, empty ones included. The reader's own count begins a record where the one before it ended,
/// which is a line or more too early after empty lines and after the line ends of Windows.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line of what stands at this byte or after the line ends there; to be asked in ascending order.
    fn number(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let mut start = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let breaks = bytes[self.at..start]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        self.line += breaks as u64;
        self.at = start;
        self.line
    }
}

fn columns_of(header: &csv::StringRecord) -> Result<Vec<&'static str>, FileError> {
    let mut columns = Vec::new();
    for name in header {
        let Some(column) = column(name) else {
            return Err(FileError::Lines(vec![complaint(
                1,
                name.trim(),
                format!("There is no such column. There are: {}.", COLUMNS.join(", ")),
            )]));
        };
        if columns.contains(&column) {
            return Err(FileError::Lines(vec![complaint(
                1,
                column,
                "This column is there twice.",
            )]));
        }
        columns.push(column);
    }
    for needed in ["kind", "id"] {
        if !columns.contains(&needed) {
            return Err(FileError::Lines(vec![complaint(
                1,
                needed,
                "This column is missing. The first line names the columns.",
            )]));
        }
    }
    Ok(columns)
}

fn line(number: u64, columns: &[&'static str], record: &csv::StringRecord) -> Result<Line, LineError> {
    if record.len() > columns.len() && record.iter().skip(columns.len()).any(|cell| !cell.is_empty()) {
        return Err(complaint(
            number,
            "",
            format!(
                "This line has {} cells, the first line {}. Put text that holds a separator between quotes.",
                record.len(),
                columns.len()
            ),
        ));
    }
    let mut draft = EntryDraft::default();
    let mut kind = None;
    for (column, cell) in columns.iter().zip(record) {
        let cell = unguarded(cell.trim());
        // An empty cell says nothing.
        if cell.is_empty() {
            continue;
        }
        match draft.field_mut(column) {
            Some(field) => *field = Some(cell.to_owned()),
            None => kind = Some(cell.to_lowercase()),
        }
    }
    let kinds = || EntityKind::ALL.map(EntityKind::key).join(", ");
    let Some(kind) = kind else {
        return Err(complaint(number, "kind", format!("Say what it is: {}.", kinds())));
    };
    match EntityKind::from_key(&kind) {
        Some(kind) => Ok(Line { number, kind, draft }),
        None => Err(complaint(
            number,
            "kind",
            format!("There is no kind “{kind}”. There are: {}.", kinds()),
        )),
    }
}

/// Writes rows under this header.
#[must_use]
pub fn write(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A spreadsheet would run a cell that begins like this.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The cell with an apostrophe before what a spreadsheet would take for a formula (and before what looks so guarded).
pub(crate) fn guarded(cell: &str) -> String {
    if is_formula(cell.trim_start_matches('\'')) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Undoes [`guarded`].
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(file: &str) -> Vec<LineError> {
        match read(file.as_bytes()) {
            Err(FileError::Lines(errors)) => errors,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_line_decides_which_column_is_which() {
        let lines = read(b"id,kind,NAME,publisher_id\n5521,channel,\"Blue, POST \"\"1\"\"\",1044\n").unwrap();
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!((line.number, line.kind), (2, EntityKind::Channel));
        assert_eq!(line.draft.name.as_deref(), Some("Blue, POST \"1\""));
        assert_eq!(line.draft.publisher.as_deref(), Some("1044"));
        assert_eq!(line.draft.status, None, "what has no column is not said");
    }

    #[test]
    fn semicolons_a_byte_order_mark_and_windows_lines_are_fine() {
        let lines =
            read("\u{feff}kind;id;name\r\nbuyer;402;Äcme, Inc\r\n\r\nbuyer;403;\r\n".as_bytes()).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].draft.name.as_deref(), Some("Äcme, Inc"));
        assert_eq!((lines[1].number, &lines[1].draft.name), (4, &None));
    }

    #[test]
    fn a_line_break_between_quotes_counts_for_the_lines_after_it() {
        let lines = read(b"kind,id,name\nbuyer,1,\"a\nb\"\nbuyer,2,c\n").unwrap();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn wrong_lines_are_told_all_with_their_numbers() {
        let found = errors("kind,id\nbuyer,1\nbuyr,2\n,3\nbuyer,4,5\n");
        let places: Vec<_> = found
            .iter()
            .map(|error| (error.line, error.field.as_str()))
            .collect();
        assert_eq!(places, [(3, "kind"), (4, "kind"), (5, "")]);
    }

    #[test]
    fn a_header_that_can_not_be_used_is_told_by_column() {
        assert_eq!(errors("kind,id,colour\nbuyer,1,red\n")[0].field, "colour");
        assert_eq!(errors("kind,name\nbuyer,x\n")[0].field, "id");
        assert_eq!(errors("kind,id,id\nbuyer,1,2\n")[0].field, "id");
    }

    #[test]
    fn what_is_no_text_or_too_much_is_refused_as_a_whole() {
        for wrong in [&b""[..], b"\n \n", b"kind,id\nbuyer,\xff\n", b"kind,id\n"] {
            assert!(matches!(read(wrong), Err(FileError::File(_))), "{wrong:?}");
        }
        let mut many = String::from("kind,id\n");
        for id in 0..=MAX_LINES {
            many.push_str(&format!("buyer,{id}\n"));
        }
        assert!(matches!(read(many.as_bytes()), Err(FileError::File(_))));
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was() {
        for name in [
            "=1+1", "@x", "-5", "+1", "'=x", "''=x", "plain", "it's", "'quoted'",
        ] {
            let file = write(
                &["kind", "id", "name"],
                std::iter::once(vec!["buyer".to_owned(), "1".to_owned(), name.to_owned()]),
            );
            let cell = file.lines().nth(1).unwrap().splitn(3, ',').nth(2).unwrap();
            assert!(!is_formula(cell.trim_matches('"')), "{cell}");
            let lines = read(file.as_bytes()).unwrap();
            assert_eq!(lines[0].draft.name.as_deref(), Some(name));
        }
    }
}
