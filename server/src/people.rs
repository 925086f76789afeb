//! What makes a person: the rules for names, addresses, roles and what is assigned, for the pages and the command line.

use leadbell_app::views::people::UserForm;
use leadbell_domain::{EntityId, FieldErrors, Role};
use leadbell_store::{User, UserChange};

use crate::audit::changed;

/// Longest name, in characters.
pub const MAX_NAME: usize = 100;

/// The address as it is stored, if it can be one.
pub fn address(typed: &str) -> Option<String> {
    let address = typed.trim().to_lowercase();
    let shape = address
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    let clean = !address
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control());
    (shape && clean && address.len() <= 320).then_some(address)
}

/// A name as it is kept, or what is wrong with it.
pub fn name(typed: &str) -> Result<String, &'static str> {
    let name = typed.trim();
    if name.is_empty() {
        return Err("Enter a name.");
    }
    if name.chars().count() > MAX_NAME {
        return Err("A name has at most 100 characters.");
    }
    if name.chars().any(char::is_control) {
        return Err("A name is one line of text.");
    }
    Ok(name.to_owned())
}

/// Whether people of this role have publishers assigned.
#[must_use]
pub fn has_publishers(role: Role) -> bool {
    matches!(role, Role::Publisher | Role::PublisherAgent)
}

/// Whether people of this role have buyers assigned.
#[must_use]
pub fn has_buyers(role: Role) -> bool {
    matches!(role, Role::BuyerAgent | Role::BuyerEditor)
}

/// What may be assigned: what the catalog knows, and what the person has already.
#[derive(Debug, Default)]
pub struct Known {
    /// Publishers.
    pub publishers: Vec<EntityId>,
    /// Buyers.
    pub buyers: Vec<EntityId>,
}

fn assigned(
    errors: &mut FieldErrors,
    field: &str,
    what: &str,
    typed: &[String],
    known: &[EntityId],
) -> Vec<EntityId> {
    let mut ids: Vec<EntityId> = Vec::new();
    for text in typed {
        match known.iter().find(|id| id.as_str() == text) {
            Some(id) if !ids.contains(id) => ids.push(id.clone()),
            Some(_) => {}
            None => {
                errors.add(field, format!("There is no {what} of the ID {text}."));
            }
        }
    }
    ids.sort();
    ids
}

/// Reads the form of a person. What his role has no use for is left out.
pub fn parse(form: &UserForm, known: &Known) -> Result<UserChange, FieldErrors> {
    let mut errors = FieldErrors::new();
    let name = errors.keep("name", name(&form.name));
    let email = errors.keep(
        "address",
        address(&form.address).ok_or("Enter an e-mail address, such as ann@example.com."),
    );
    let role = errors.keep("role", Role::from_key(&form.role).ok_or("Choose a role."));
    let (mut publishers, mut buyers) = (Vec::new(), Vec::new());
    if role.is_some_and(has_publishers) {
        publishers = assigned(
            &mut errors,
            "publishers",
            "publisher",
            &form.publishers,
            &known.publishers,
        );
        if role == Some(Role::Publisher) && publishers.len() != 1 && errors.of("publishers").is_none() {
            errors.add(
                "publishers",
                "A Publisher logs in for exactly one publisher: choose that one.",
            );
        }
    }
    if role.is_some_and(has_buyers) {
        buyers = assigned(&mut errors, "buyers", "buyer", &form.buyers, &known.buyers);
    }
    match (name, email, role) {
        (Some(name), Some(email), Some(role)) if errors.is_empty() => Ok(UserChange {
            name,
            email,
            role,
            publishers,
            buyers,
        }),
        _ => Err(errors),
    }
}

fn list(ids: &[EntityId]) -> String {
    let texts: Vec<&str> = ids.iter().map(EntityId::as_str).collect();
    texts.join(", ")
}

/// What a change of a person changed, in words; empty when nothing.
#[must_use]
pub fn describe(before: &User, after: &UserChange) -> String {
    [
        changed("Name", &before.name, &after.name),
        changed("E-mail", &before.email, &after.email),
        changed("Role", before.role.label(), after.role.label()),
        changed("Publishers", &list(&before.publishers), &list(&after.publishers)),
        changed("Buyers", &list(&before.buyers), &list(&after.buyers)),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("; ")
}

/// What a new person is, in words.
#[must_use]
pub fn describe_new(user: &User) -> String {
    let mut detail = format!("{}, {}", user.role.label(), user.email);
    if !user.publishers.is_empty() {
        detail.push_str(&format!("; publishers: {}", list(&user.publishers)));
    }
    if !user.buyers.is_empty() {
        detail.push_str(&format!("; buyers: {}", list(&user.buyers)));
    }
    detail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let ids = |ids: [&str; 2]| ids.map(|id| EntityId::new(id).unwrap()).to_vec();
        Known {
            publishers: ids(["1044", "1051"]),
            buyers: ids(["402", "455"]),
        }
    }

    fn form(role: &str) -> UserForm {
        UserForm {
            name: " Ann Kim ".to_owned(),
            address: " Ann@Example.COM ".to_owned(),
            role: role.to_owned(),
            ..UserForm::default()
        }
    }

    fn refused(form: &UserForm) -> Vec<String> {
        let errors = parse(form, &known()).unwrap_err();
        errors.0.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_address_has_the_shape_of_one() {
        assert_eq!(address(" Ann@Example.COM "), Some("ann@example.com".to_owned()));
        for wrong in ["", "ann", "@b.c", "a@b", "a b@c.d", "a@b@c.d", "a\u{7}@b.c"] {
            assert_eq!(address(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        assert_eq!(refused(&UserForm::default()), ["name", "address", "role"]);
        let long = UserForm {
            name: "x".repeat(101),
            ..form("qa")
        };
        assert_eq!(refused(&long), ["name"]);
    }

    #[test]
    fn a_publisher_is_exactly_one_publisher_that_exists() {
        let with = |ids: &[&str]| UserForm {
            publishers: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..form("publisher")
        };
        for wrong in [&[][..], &["1044", "1051"], &["9"]] {
            assert_eq!(refused(&with(wrong)), ["publishers"], "{wrong:?}");
        }
        let ann = parse(&with(&["1044", "1044"]), &known()).unwrap();
        assert_eq!(list(&ann.publishers), "1044");
    }

    #[test]
    fn what_a_role_has_no_use_for_is_left_out() {
        let all = UserForm {
            publishers: vec!["1051".to_owned(), "1044".to_owned()],
            buyers: vec!["402".to_owned()],
            ..UserForm::default()
        };
        for (role, publishers, buyers) in [
            ("publisher_agent", "1044, 1051", ""),
            ("buyer_editor", "", "402"),
            ("global_admin", "", ""),
        ] {
            let typed = UserForm {
                publishers: all.publishers.clone(),
                buyers: all.buyers.clone(),
                ..form(role)
            };
            let parsed = parse(&typed, &known()).unwrap();
            assert_eq!(list(&parsed.publishers), publishers, "{role}");
            assert_eq!(list(&parsed.buyers), buyers, "{role}");
        }
    }
}
