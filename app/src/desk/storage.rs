//! How much the database holds and what was removed, at the end of the page of settings.

use leptos::prelude::*;

use super::moment;
use crate::parts::view::Erase;
use crate::views::settings::{RemovedRow, StorageView, StoredRow};

/// All of it.
pub(super) fn storage(found: &StorageView) -> AnyView {
    view! { {stored(found)} {removed(found)} }.erase()
}

fn table(label: &'static str, columns: &[&'static str], rows: Vec<AnyView>) -> AnyView {
    let head = columns
        .iter()
        .map(|column| view! { <th role="columnheader" scope="col">{*column}</th> }.erase())
        .collect_view();
    view! {
        <table class="table" role="table" aria-label=label>
            <thead role="rowgroup"><tr role="row">{head}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .erase()
}

fn stored(found: &StorageView) -> AnyView {
    // SQLite does not tell of one table.
    let sized = found.stored.iter().any(|row| row.size.is_some());
    let line = |row: &StoredRow| {
        let size = sized.then(|| {
            let size = row.size.clone().unwrap_or_else(|| "–".to_owned());
            view! { <td role="cell" data-label="On disk" class="nowrap">{size}</td> }.erase()
        });
        view! {
            <tr role="row">
                <td role="cell" data-label="What">{row.name.clone()}</td>
                <td role="cell" data-label="About" class="nowrap">{row.rows.clone()}</td>
                {size}
            </tr>
        }
        .erase()
    };
    let columns: &[&'static str] = match sized {
        true => &["What", "About", "On disk"],
        false => &["What", "About"],
    };
    let rows = found.stored.iter().map(line).collect();
    let oldest = found
        .oldest_event
        .map(|at| view! { <p class="hint">"The oldest event arrived on " {moment(at)} "."</p> }.erase());
    view! {
        <section class="log-part">
            <h2 class="log-part__title">"What there is"</h2>
            <p class="hint">{found.size.clone()}</p>
            {oldest}
            {table("What there is", columns, rows)}
        </section>
    }
    .erase()
}

fn removed(found: &StorageView) -> AnyView {
    let line = |row: &RemovedRow| {
        let when = match row.last_at {
            Some(at) => moment(at),
            None => view! { "Not yet" }.erase(),
        };
        view! {
            <tr role="row">
                <td role="cell" data-label="What">{row.name}</td>
                <td role="cell" data-label="Last looked" class="nowrap">{when}</td>
                <td role="cell" data-label="Removed then" class="nowrap">{row.last_removed.clone()}</td>
                <td role="cell" data-label="Removed in all" class="nowrap">{row.removed.clone()}</td>
            </tr>
        }
        .erase()
    };
    let rows = found.removed.iter().map(line).collect();
    view! {
        <section class="log-part">
            <h2 class="log-part__title">"What was removed"</h2>
            {table("What was removed", &["What", "Last looked", "Removed then", "Removed in all"], rows)}
        </section>
    }
    .erase()
}
