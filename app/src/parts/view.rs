//! Views without their types. Every type of view that is erased, suspended or redrawn is compiled anew, and what a
//! browser downloads is counted: so all pages go through these few functions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Position, PositionState};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::trouble::Trouble;
use crate::api::{Answer, Ask, Content, ask};
use crate::error::AppError;

/// Erases a view's type.
pub(crate) trait Erase {
    /// Like `into_any`, at two thirds of the size.
    fn erase(self) -> AnyView;
}

impl<V: RenderHtml + Send> Erase for V {
    fn erase(self) -> AnyView {
        AtOnce(self).into_any()
    }
}

/// A view that is hydrated at once. Leptos can also hydrate piece by piece, waiting for code that is loaded later; an
/// erased view brings the code of both ways, and this product has no such code.
struct AtOnce<V>(V);

impl<V: Render> Render for AtOnce<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: RenderHtml> AddAnyAttr for AtOnce<V> {
    type Output<A: Attribute> = AtOnce<V::Output<A>>;

    fn add_any_attr<A: Attribute>(self, attr: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        AtOnce(self.0.add_any_attr(attr))
    }
}

impl<V: RenderHtml> RenderHtml for AtOnce<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = AtOnce<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    fn resolve(self) -> impl Future<Output = Self::AsyncOutput> + Send {
        self.0.resolve()
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) where
        Self: Sized,
    {
        self.0
            .to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, _: &Cursor, _: &PositionState) -> Self::State {
        unreachable!("pages are hydrated in one go (`hydrate_body`)")
    }

    fn into_owned(self) -> Self::Owned {
        AtOnce(self.0.into_owned())
    }
}

/// A part of a page that is drawn again when what it reads changes.
pub(crate) fn live(draw: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let draw: Box<dyn FnMut() -> AnyView + Send> = Box::new(draw);
    draw.erase()
}

/// The same where there may be nothing to show.
pub(crate) fn live_maybe(mut draw: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    live(move || draw().unwrap_or_else(nothing))
}

/// Text that changes.
pub(crate) fn live_text(text: impl Fn() -> String + Send + 'static) -> AnyView {
    live(move || text().erase())
}

/// Nothing.
pub(crate) fn nothing() -> AnyView {
    ().erase()
}

/// How resources travel inside the page: as JSON, read by the same code as the answers of server functions.
pub(crate) struct Wire;

impl<T: Serialize> Encoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// Something asked of the server.
pub(crate) type Loading = Resource<Result<Answer, AppError>, Wire>;

/// Asks, and asks again whenever the question changes. Pages are sent only when it is answered.
pub(crate) fn load(question: impl Fn() -> Ask + Send + Sync + 'static) -> Loading {
    let question: Box<dyn Fn() -> Ask + Send + Sync> = Box::new(question);
    Resource::new_with_options(question, ask, true)
}

type Work = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// Shows what was asked for as soon as it is answered; until then a quiet placeholder, or what was there before.
pub(crate) fn loaded<T: Content>(
    loading: Loading,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    answered(loading, skeleton, move |answer| match answer {
        Ok(value) => show(value),
        Err(error) => view! { <Trouble error/> }.erase(),
    })
}

/// The same for who shows failures and the wait in ways of his own.
pub(crate) fn answered<T: Content>(
    loading: Loading,
    waiting: fn() -> AnyView,
    show: impl Fn(Result<T, AppError>) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    suspended(
        loading,
        waiting,
        Arc::new(move |answer| {
            // A question has only its own answer; while one gives way to another, nothing is shown.
            show(answer.and_then(|answer| T::of(answer).ok_or(AppError::NotFound)))
        }),
    )
}

type Show = Arc<dyn Fn(Result<Answer, AppError>) -> AnyView + Send + Sync>;

fn suspended(loading: Loading, waiting: fn() -> AnyView, show: Show) -> AnyView {
    let draw = move || {
        let show = Arc::clone(&show);
        let work: Work = Box::pin(async move { show(loading.await) });
        Suspend::new(work)
    };
    view! { <Transition fallback=waiting>{draw}</Transition> }.erase()
}

/// Holds the place of what is loading.
fn skeleton() -> AnyView {
    view! { <div class="skeleton" aria-hidden="true"></div> }.erase()
}
