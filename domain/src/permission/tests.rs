use super::*;

fn viewer(role: Role) -> Viewer {
    Viewer {
        user: None,
        role,
        publishers: vec![EntityId::new("1044").unwrap()],
        buyers: vec![EntityId::new("402").unwrap()],
        elevated: false,
        policy: Policy::default(),
    }
}

/// The whole table, walked: one letter per level in the order product, campaign, publisher; for each role the
/// view row and the manage row. A all, L/C platform, o own, - nothing.
#[test]
fn every_role_level_and_verb_reaches_exactly_as_far_as_matrix_b_says() {
    let expected = [
        (Role::GlobalAdmin, "AAA", "AAA"),
        (Role::LmsAdmin, "LLL", "LLL"),
        (Role::CallLogicAdmin, "CCC", "CCC"),
        (Role::Support, "AAA", "---"),
        (Role::BuyerAgent, "-o-", "-o-"),
        (Role::BuyerEditor, "-o-", "-o-"),
        (Role::PublisherAgent, "--o", "--o"),
        (Role::CompliancePublisher, "--A", "--A"),
        (Role::Publisher, "--o", "--o"),
        (Role::Qa, "AAA", "---"),
    ];
    assert_eq!(expected.len(), Role::ALL.len());
    for (role, view, manage) in expected {
        for (verb, letters) in [(Verb::View, view), (Verb::Manage, manage)] {
            let found: String = Level::ALL
                .into_iter()
                .map(|level| match viewer(role).scope(level, verb) {
                    Scope::Nothing => '-',
                    Scope::All => 'A',
                    Scope::Platform(Platform::Lms) => 'L',
                    Scope::Platform(Platform::CallLogic) => 'C',
                    Scope::Publishers(_) | Scope::Buyers(_) => 'o',
                })
                .collect();
            assert_eq!(found, letters, "{} {verb:?}", role.label());
        }
    }
}

#[test]
fn a_house_may_let_compliance_only_look_and_changes_nothing_else_by_it() {
    for policy in Policy::all() {
        for role in Role::ALL {
            for level in Level::ALL {
                for verb in Verb::ALL {
                    let expected = match (role, verb) {
                        (Role::CompliancePublisher, Verb::Manage) if !policy.compliance_manages => {
                            Reach::Nothing
                        }
                        _ => reach(role, Policy::default(), level, verb),
                    };
                    assert_eq!(reach(role, policy, level, verb), expected, "{}", role.label());
                }
            }
        }
    }
}

#[test]
fn buyers_people_name_publishers_in_filters_only_where_the_house_opens_them_and_never_see_their_lists() {
    for policy in Policy::all() {
        for role in [Role::BuyerAgent, Role::BuyerEditor] {
            let viewer = Viewer {
                policy,
                ..viewer(role)
            };
            for (kind, filter) in [
                (EntityKind::Publisher, FilterKey::Publisher),
                (EntityKind::Channel, FilterKey::Channel),
                (EntityKind::Source, FilterKey::Source),
            ] {
                assert_eq!(
                    !viewer.filter_scope(kind).is_nothing(),
                    policy.buyers_see_publishers
                );
                assert_eq!(viewer.is_withheld(filter), !policy.buyers_see_publishers);
                assert!(viewer.catalog_scope(kind).is_nothing());
            }
        }
    }
}

#[test]
fn elevation_lets_support_manage_what_it_sees_and_changes_nothing_for_any_other_role() {
    for role in Role::ALL {
        let elevated = Viewer {
            elevated: true,
            ..viewer(role)
        };
        for level in Level::ALL {
            let expected = match role {
                Role::Support => Scope::All,
                _ => viewer(role).scope(level, Verb::Manage),
            };
            assert_eq!(elevated.scope(level, Verb::Manage), expected, "{}", role.label());
        }
        for duty in Duty::ALL {
            let same = viewer(role).duty(duty, Verb::Manage);
            assert_eq!(elevated.duty(duty, Verb::Manage), same, "{}", role.label());
        }
    }
}

#[test]
fn duties_beside_rules_are_the_administrators_and_people_the_global_ones() {
    let expected = [
        (Role::GlobalAdmin, "AA", "A-", "AA", "AA", "AA"),
        (Role::LmsAdmin, "--", "L-", "LL", "LL", "--"),
        (Role::CallLogicAdmin, "--", "C-", "CC", "CC", "--"),
    ];
    for role in Role::ALL {
        let row = expected.iter().find(|row| row.0 == role);
        let wanted = row.map_or(["--"; 5], |row| [row.1, row.2, row.3, row.4, row.5]);
        let found = Duty::ALL.map(|duty| -> String {
            Verb::ALL
                .into_iter()
                .map(|verb| match viewer(role).duty(duty, verb) {
                    Scope::All => 'A',
                    Scope::Platform(Platform::Lms) => 'L',
                    Scope::Platform(Platform::CallLogic) => 'C',
                    Scope::Nothing => '-',
                    other => panic!("no duty ends at {other:?}"),
                })
                .collect()
        });
        assert_eq!(found, wanted, "{}", role.label());
    }
}

#[test]
fn nobody_on_the_publisher_side_sees_a_buyer_campaign_pingtree_or_product_list() {
    for role in Role::ALL {
        let viewer = viewer(role);
        if viewer.is_publisher_side() {
            for kind in [
                EntityKind::Buyer,
                EntityKind::Campaign,
                EntityKind::Pingtree,
                EntityKind::Product,
            ] {
                assert!(
                    viewer.catalog_scope(kind).is_nothing(),
                    "{} {}",
                    role.label(),
                    kind.label()
                );
            }
        }
    }
}

#[test]
fn a_person_with_nothing_assigned_reaches_nothing() {
    let mut nobody = viewer(Role::Publisher);
    nobody.publishers.clear();
    assert!(nobody.scope(Level::Publisher, Verb::View).is_nothing());
}
