//! Presets: kept with every version, reached through their product.

use leadbell_domain::{
    EntityKind, Level, Platform, PresetId, Rule, RuleDraft, Scope, SecretText, StoredRule, Trigger,
};
use leadbell_store::{Actor, EntityUpsert, PresetQuery, StoreError};

use crate::samples::{NOON, add_rule, connect, fresh, id, publishers, rule, told};
use crate::support::{Bench, error};

fn draft(name: &str, text: &str) -> RuleDraft {
    RuleDraft {
        name: name.to_owned(),
        trigger: Trigger::LmsLeadSold.key().to_owned(),
        text: text.to_owned(),
        ..RuleDraft::default()
    }
}

async fn products(bench: &Bench) {
    let product = |number: &str, platform| EntityUpsert {
        platform: Some(platform),
        ..told(EntityKind::Product, number, "A product")
    };
    let products = [product("218", Platform::Lms), product("310", Platform::CallLogic)];
    bench.store.upsert_entities(&products, NOON).await.unwrap();
}

async fn add(bench: &Bench, product: &str, draft: &RuleDraft) -> PresetId {
    let made = bench
        .store
        .insert_preset(&fresh(), &id(product), draft, &Actor::System, NOON)
        .await
        .unwrap();
    assert_eq!(made.version, 1);
    made.id
}

fn query(scope: Scope) -> PresetQuery {
    PresetQuery {
        scope,
        product: None,
        search: String::new(),
        offset: 0,
        limit: 50,
    }
}

async fn follower(bench: &Bench, preset: &PresetId) -> StoredRule {
    let connection = connect(&*bench.store).await;
    let own = Rule {
        preset: Some(preset.clone()),
        ..rule(Level::Product, "218", Trigger::LmsLeadSold, &connection)
    };
    add_rule(&*bench.store, own).await
}

pub async fn a_preset_comes_back_as_it_was_stored_and_never_with_a_token(bench: &Bench) {
    let with_token = RuleDraft {
        auth_token: SecretText("xoxb-2222222222-3333333333-secret".to_owned()),
        ..draft("Big leads", "Lead {{lead_id}}")
    };
    let made = add(bench, "218", &with_token).await;
    let found = bench
        .store
        .find_preset(&made, &Scope::All)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.draft, draft("Big leads", "Lead {{lead_id}}"));
    assert_eq!(
        (found.product.as_str(), found.created_at, found.author),
        ("218", NOON, None)
    );
    let bytes = String::from_utf8_lossy(&bench.bytes().await).into_owned();
    assert!(!bytes.contains("xoxb-2222222222"));
}

pub async fn each_version_of_a_preset_is_kept_and_an_old_one_is_a_conflict(bench: &Bench) {
    let made = add(bench, "218", &draft("Big leads", "one")).await;
    let update = async |text: &str, expected| {
        bench
            .store
            .update_preset(
                &made,
                &draft("Big leads", text),
                &Scope::All,
                expected,
                &Actor::System,
                NOON + 1,
            )
            .await
    };
    let changed = update("two", Some(1)).await.unwrap();
    assert_eq!((changed.version, changed.updated_at), (2, NOON + 1));
    assert!(matches!(
        error(update("late", Some(1)).await),
        StoreError::Conflict
    ));
    assert_eq!(update("three", None).await.unwrap().version, 3);
    let before = bench.store.preset_before(&made, 3).await.unwrap();
    let texts: Vec<&str> = before.iter().map(|draft| draft.text.as_str()).collect();
    assert_eq!(texts, ["one", "two"]);
}

pub async fn a_preset_is_in_the_scope_of_its_product(bench: &Bench) {
    products(bench).await;
    let lms = add(bench, "218", &draft("Leads", "x")).await;
    let calls = add(bench, "310", &draft("Calls", "x")).await;
    let lms_scope = Scope::Platform(Platform::Lms);
    let seen = async |preset: &PresetId, scope: &Scope| {
        bench.store.find_preset(preset, scope).await.unwrap().is_some()
    };
    assert!(seen(&lms, &lms_scope).await && !seen(&calls, &lms_scope).await);
    for nobody in [Scope::Nothing, publishers(&["1044"])] {
        assert!(!seen(&lms, &nobody).await);
    }
    let update = bench
        .store
        .update_preset(
            &calls,
            &draft("Calls", "y"),
            &lms_scope,
            None,
            &Actor::System,
            NOON,
        )
        .await;
    assert!(matches!(error(update), StoreError::NotFound));
    let delete = bench.store.delete_preset(&calls, &lms_scope, None, NOON).await;
    assert!(matches!(error(delete), StoreError::NotFound));
    let page = bench.store.list_presets(&query(lms_scope)).await.unwrap();
    assert_eq!((page.total, page.rows[0].preset.id.clone()), (1, lms));
    assert_eq!(
        bench
            .store
            .list_presets(&query(Scope::Nothing))
            .await
            .unwrap()
            .total,
        0
    );
}

pub async fn presets_are_listed_by_name_with_the_rules_that_follow_them(bench: &Bench) {
    products(bench).await;
    let zebra = add(bench, "218", &draft("Zebra", "Lead {{lead_id}}")).await;
    let apple = add(bench, "218", &draft("apple", "Sold")).await;
    add(bench, "310", &draft("Calls", "x")).await;
    let rule = follower(bench, &zebra).await;
    let of_product = PresetQuery {
        product: Some(id("218")),
        ..query(Scope::All)
    };
    let page = bench.store.list_presets(&of_product).await.unwrap();
    let found: Vec<(&PresetId, i64)> = page
        .rows
        .iter()
        .map(|row| (&row.preset.id, row.followers))
        .collect();
    assert_eq!((page.total, found), (2, vec![(&apple, 0), (&zebra, 1)]));
    let searched = PresetQuery {
        search: "LEAD".to_owned(),
        ..of_product
    };
    assert_eq!(bench.store.list_presets(&searched).await.unwrap().total, 1);
    let rules = bench
        .store
        .rules_of_preset(&zebra, &Scope::All, 10)
        .await
        .unwrap();
    assert_eq!(rules, [rule]);
    let others = Scope::Platform(Platform::CallLogic);
    assert!(
        bench
            .store
            .rules_of_preset(&zebra, &others, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn a_deleted_preset_is_gone(bench: &Bench) {
    let made = add(bench, "218", &draft("Big leads", "one")).await;
    let delete = async |expected| {
        bench
            .store
            .delete_preset(&made, &Scope::All, expected, NOON)
            .await
    };
    assert!(matches!(error(delete(Some(7)).await), StoreError::Conflict));
    delete(Some(1)).await.unwrap();
    assert!(matches!(error(delete(None).await), StoreError::NotFound));
    assert!(
        bench
            .store
            .find_preset(&made, &Scope::All)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        bench.store.list_presets(&query(Scope::All)).await.unwrap().total,
        0
    );
}
