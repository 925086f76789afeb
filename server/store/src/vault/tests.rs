use super::*;

const TOKEN: &str = "xoxb-1234567890-abcdefWXYZ";

fn connection(last: char) -> ConnectionId {
    ConnectionId::new(format!("01931c3e-7b1a-7c3e-8a55-0242ac12000{last}")).unwrap()
}

fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes([byte; 32])
}

fn vault(byte: u8) -> TokenVault {
    TokenVault::new(&Keys::only(key(byte)))
}

fn token() -> SlackToken {
    SlackToken::parse(TOKEN).unwrap()
}

fn sealed(vault: &TokenVault) -> Vec<u8> {
    vault.seal(&connection('1'), &token()).unwrap().sealed
}

#[test]
fn a_sealed_token_opens_with_its_key_in_its_row_only() {
    let sealed = sealed(&vault(1));
    assert_eq!(vault(1).open(&connection('1'), &sealed).unwrap(), token());
    for (vault, row) in [(vault(2), '1'), (vault(1), '2')] {
        let refused = vault.open(&connection(row), &sealed);
        assert!(matches!(refused, Err(StoreError::WrongKey)));
    }
}

#[test]
fn what_the_next_token_is_fetched_with_does_not_open_as_a_token() {
    let vault = vault(1);
    let refresh = SecretString::from("xoxe-1-abc".to_owned());
    let sealed = vault.seal_refresh(&connection('1'), &refresh).unwrap();
    let opened = vault.open_refresh(&connection('1'), &sealed).unwrap();
    assert_eq!(opened.expose_secret(), "xoxe-1-abc");
    assert!(vault.open(&connection('1'), &sealed).is_err());
    assert!(vault.open_refresh(&connection('2'), &sealed).is_err());
}

#[test]
fn a_damaged_or_cut_token_is_refused() {
    let vault = vault(1);
    let sealed = sealed(&vault);
    for at in 0..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1;
        assert!(vault.open(&connection('1'), &damaged).is_err(), "byte {at}");
        assert!(
            vault.open(&connection('1'), &sealed[..at]).is_err(),
            "cut at {at}"
        );
    }
}

#[test]
fn the_same_token_is_sealed_differently_each_time_but_recognised() {
    let vault = vault(1);
    let one = vault.seal(&connection('1'), &token()).unwrap();
    let again = vault.seal(&connection('1'), &token()).unwrap();
    assert_ne!(one.sealed, again.sealed);
    assert_eq!(one.fingerprint, again.fingerprint);
    let other = SlackToken::parse("xoxb-1234567890-abcdefWXYA").unwrap();
    let other = vault.seal(&connection('1'), &other).unwrap();
    assert_ne!(one.fingerprint, other.fingerprint);
}

#[test]
fn a_running_server_learns_a_key_from_the_file_and_seals_with_the_first_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.key");
    Keys::write(&file, &[&key(1)]).unwrap();
    let running = TokenVault::new(&Keys::read(&file).unwrap());
    let old = running.seal(&connection('1'), &token()).unwrap();
    Keys::write(&file, &[&key(2), &key(1)]).unwrap();
    // It meets the new key in a row, and knows the old one still.
    let by_another = sealed(&vault(2));
    assert_eq!(running.open(&connection('1'), &by_another).unwrap(), token());
    assert_eq!(running.open(&connection('1'), &old.sealed).unwrap(), token());
    assert!(running.is_present(&by_another) && !running.is_present(&old.sealed));
    // Under either key the token is recognised.
    let new = running.seal(&connection('1'), &token()).unwrap();
    assert!(running.is_present(&new.sealed));
    assert_eq!(new.earlier_fingerprints, [old.fingerprint]);
    // A file that can't be used changes nothing.
    std::fs::write(&file, "hunter2\n").unwrap();
    assert!(running.is_present(&sealed(&running)));
}
