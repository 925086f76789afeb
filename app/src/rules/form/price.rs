//! Price Restrictions: the operator, and only the values it takes. Which are shown is a matter of the style sheet
//! (`:has(option:checked)`), so it needs no script.

use crate::parts::view::Erase;
use leadbell_domain::{PriceMeaning, PriceOp, Trigger};
use leptos::prelude::*;

use super::field::{complaint, error_id, text_field};
use super::state::FormState;

pub(super) fn price_fields(state: FormState, ops: &[PriceOp]) -> AnyView {
    let price = state.draft.with_untracked(|draft| draft.price.clone());
    let trigger = state
        .draft
        .with_untracked(|draft| Trigger::from_key(&draft.trigger));
    let meaning = match trigger.map(|trigger| trigger.price_meaning(state.level())) {
        Some(PriceMeaning::Total) => "The price is what the lead brought in total.",
        Some(PriceMeaning::CampaignPrice) => "The price is what the campaign pays.",
        Some(PriceMeaning::PublisherEarning) => "The price is what the publisher earns.",
        Some(PriceMeaning::PingbackAmount) => "The price is the amount of this ping back.",
        Some(PriceMeaning::None) | None => "",
    };
    let options = ops
        .iter()
        .map(|op| {
            view! { <option value=op.key() selected=price.op == op.key()>{op.label()}</option> }.erase()
        })
        .collect_view();
    let range = ops.contains(&PriceOp::Between).then(|| {
        view! {
            <div class="price__range">
                {text_field(state, "filters.price.min", price.min.clone(), None, true)}
                {text_field(state, "filters.price.max", price.max.clone(), None, true)}
            </div>
        }
        .erase()
    });
    view! {
        <div class="price">
            <div class="field">
                <label class="field__label" for="filters-price-op">"Price Restrictions"</label>
                <select
                    class="select"
                    id="filters-price-op"
                    name="filters.price.op"
                    aria-invalid=state.invalid("filters.price.op")
                    aria-describedby=error_id("filters.price.op")
                >
                    <option value="" selected=price.op.is_empty()>"Any price"</option>
                    {options}
                </select>
                {complaint(state, "filters.price.op")}
                <p class="hint">{meaning}</p>
            </div>
            <div class="price__value">{text_field(state, "filters.price.value", price.value.clone(), None, true)}</div>
            {range}
        </div>
    }
    .erase()
}
