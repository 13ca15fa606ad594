use easyrtc_proto::Payload;
use easyrtc_state::{ConnId, ConnMeta, TransportKind};

use super::*;

/// Cheap to verify: 8 KiB, one pass.
fn hash(password: &str) -> String {
    use argon2::password_hash::PasswordHasher;
    use argon2::{Algorithm, Argon2, Params, Version};
    let params = Params::new(8, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password(password.as_bytes()).unwrap().to_string()
}

fn users() -> Users {
    let text = format!(
        "[users.ada]\npassword = '{}'\ngroups = ['staff']\n\
         [users.bob]\npassword = '{}'\napplications = ['other.app']\nusername = 'Robert'\n",
        hash("analytical"),
        hash("builder")
    );
    Users::parse(&text, 2).unwrap()
}

fn login(username: Option<&str>, credential: Option<&str>) -> Arc<LoginQuestion> {
    Arc::new(LoginQuestion {
        conn: ConnId(1),
        app: AppName::parse("my.app").unwrap(),
        username: username.map(|name| Username::parse(name).unwrap()),
        credential: credential.map(|text| Payload::parse(text).unwrap()),
        easyrtcsid: None,
        rooms: BTreeMap::new(),
        is_in: [].into(),
        meta: ConnMeta::new(TransportKind::WebSocket).into(),
    })
}

async fn decide(users: &Users, username: Option<&str>, credential: Option<&str>) -> String {
    let decision = match users.authorize(&login(username, credential)) {
        Deciding::Now(decision) => decision,
        Deciding::Later(decision) => decision.await,
    };
    match decision {
        Decision::Allow(grant) => grant.username.unwrap().to_text().into_owned(),
        Decision::Deny(code, reason) => format!("{} {reason}", code.name()),
        Decision::Pass => "pass".to_owned(),
        Decision::Fail(reason) => format!("fail {reason}"),
    }
}

#[tokio::test]
async fn who_gets_in() {
    let users = users();
    let cases = [
        (Some("ada"), Some(r#"{"password":"analytical"}"#), "ada"),
        (None, Some(r#"{"username":"ada","password":"analytical"}"#), "ada"),
        (Some("bob"), Some(r#"{"username":"ada","password":"analytical"}"#), "ada"),
        (Some("ada"), Some(r#"{"password":"builder"}"#), "LOGIN_BAD_AUTH wrong_credential"),
        (Some("ada"), Some(r#"{"password":""}"#), "LOGIN_BAD_AUTH wrong_credential"),
        (Some("eve"), Some(r#"{"password":"analytical"}"#), "LOGIN_BAD_AUTH wrong_credential"),
        (Some("eve"), Some(r#"{"password":"builder"}"#), "LOGIN_BAD_AUTH wrong_credential"),
        (Some("bob"), Some(r#"{"password":"builder"}"#), "LOGIN_APP_AUTH_FAIL wrong_application"),
        (Some("bob"), Some(r#"{"password":"x"}"#), "LOGIN_BAD_AUTH wrong_credential"),
        (None, Some(r#"{"password":"analytical"}"#), "LOGIN_BAD_AUTH no_username"),
        (Some("ada"), None, "LOGIN_BAD_AUTH no_credential"),
        (Some("ada"), Some(r#"{"password":7}"#), "LOGIN_BAD_AUTH no_credential"),
        (Some("ada"), Some(r#"{"token":"x"}"#), "LOGIN_BAD_AUTH no_credential"),
        (Some("eve"), Some(r#"{"token":"x"}"#), "pass"),
        (Some("eve"), None, "pass"),
        (None, None, "pass"),
    ];
    for (username, credential, expected) in cases {
        assert_eq!(
            decide(&users, username, credential).await,
            expected,
            "{username:?} {credential:?}"
        );
    }
}

#[test]
fn a_name_that_is_none_has_always_the_same_hash() {
    let users = users();
    let hashes: BTreeSet<_> = (0..64)
        .map(|n| {
            let name = Username::parse(&format!("nobody {n}")).unwrap();
            let first = users.find(&name).unwrap();
            let second = users.find(&name).unwrap();
            assert!(!first.1 && Arc::ptr_eq(&first.0, &second.0));
            first.0.hash.clone()
        })
        .collect();
    assert_eq!(hashes.len(), 2, "each user's is tried for some");
}

#[test]
fn what_a_file_may_not_say() {
    let good = format!("password = '{}'", hash("x"));
    for (text, expected) in [
        (String::new(), "at least one user"),
        ("[users]\n".to_owned(), "at least one user"),
        (format!("[users.ada]\n{good}\n[user.bob]\n{good}"), "nothing else"),
        ("\n[users.ada]\npassword = s3cret\n".to_owned(), "line 3"),
        ("[users]\nada = 's3cret'".to_owned(), "user \"ada\": is no table"),
        ("[users.ada]\ngroups = []".to_owned(), "user \"ada\": password is missing"),
        ("[users.ada]\npassword = 's3cret'".to_owned(), "hash-password makes one"),
        (format!("[users.ada]\n{good}\ngroups = 'staff'"), "groups is not"),
        (format!("[users.ada]\n{good}\ngrops = []"), "no key \"grops\""),
        (format!("[users.\"\"]\n{good}"), "is no username"),
    ] {
        let error = Users::parse(&text, 1).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("s3cret"), "{error}");
    }
}

#[test]
fn debug_shows_no_hash() {
    let shown = format!("{:?}", users());
    assert_eq!(shown, "Users { users: 2, .. }");
}

#[tokio::test]
async fn others_take_their_place_unless_they_are_none() {
    let users = users();
    let next = format!("[users.eve]\npassword = '{}'\n", hash("apple"));
    assert_eq!(users.replace(&next), Ok(1));
    let ada = (Some("ada"), Some(r#"{"password":"analytical"}"#));
    let eve = (Some("eve"), Some(r#"{"password":"apple"}"#));
    assert_eq!(decide(&users, ada.0, ada.1).await, "LOGIN_BAD_AUTH wrong_credential");
    assert_eq!(decide(&users, eve.0, eve.1).await, "eve");
    // A name of the file can only be taken with a password; that of nobody any more, without.
    assert_eq!(decide(&users, Some("eve"), None).await, "LOGIN_BAD_AUTH no_credential");
    assert_eq!(decide(&users, Some("ada"), None).await, "pass");
    for none in ["", "[users]", "[users.ada]\npassword = 'x'", "[users"] {
        assert!(users.replace(none).is_err(), "{none}");
        assert_eq!(decide(&users, eve.0, eve.1).await, "eve");
    }
}
