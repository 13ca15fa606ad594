use super::*;
use crate::jwt::SigningKey;

const KEY: &[u8] = b"a secret of more than thirty-two bytes";

fn app() -> AppName {
    AppName::parse("my.app").unwrap()
}

fn proofs() -> RoomProofs {
    let pattern = |text| RoomPattern::parse(text).unwrap();
    let passphrase = |text| Some(Secret::new(text));
    let rooms = [
        (pattern("club"), RoomProof { passphrase: passphrase("sesame"), invitation: false }),
        (pattern("class-*"), RoomProof { passphrase: None, invitation: true }),
        (pattern("class-open"), RoomProof::default()),
        (pattern("class-0"), RoomProof { passphrase: passphrase("sesame"), invitation: true }),
    ];
    let invitations = VerifyingKey::from_secret(KEY).unwrap();
    RoomProofs::new([(app(), rooms.into())].into(), Some(invitations)).unwrap()
}

fn enter(room: &str, offer: Option<&str>, username: Option<&str>) -> Result<(), Reason> {
    let offer = offer.map(|text| Payload::parse(text).unwrap());
    let rooms = BTreeMap::from([(RoomName::parse(room).unwrap(), offer)]);
    proofs().check(&app(), &rooms, username.map(|name| Username::parse(name).unwrap()).as_ref())
}

fn invitation(claims: &Value) -> String {
    let token = SigningKey::new(Algorithm::Hs256, KEY).unwrap().sign(claims, None).unwrap();
    json!({ "invitation": token }).to_string()
}

fn in_an_hour() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(3600)
}

#[test]
fn a_passphrase_opens_its_room() {
    for (room, offer, expected) in [
        ("club", Some(r#"{"passphrase":"sesame"}"#), Ok(())),
        ("club", Some(r#"{"passphrase":"Sesame"}"#), Err("wrong_passphrase")),
        ("club", Some(r#"{"passphrase":""}"#), Err("wrong_passphrase")),
        ("club", Some(r#"{"passphrase":7}"#), Err("malformed_room_proof")),
        ("club", Some(r#""sesame""#), Err("malformed_room_proof")),
        ("club", Some("{}"), Err("no_room_proof")),
        ("club", None, Err("no_room_proof")),
        ("class-1", Some(r#"{"passphrase":"sesame"}"#), Err("no_room_proof")),
        ("class-0", Some(r#"{"passphrase":"sesame","more":1}"#), Ok(())),
        ("class-open", None, Ok(())),
        ("elsewhere", None, Ok(())),
    ] {
        assert_eq!(enter(room, offer, None), expected, "{room} {offer:?}");
    }
    let other = AppName::parse("other.app").unwrap();
    let rooms = [(RoomName::parse("club").unwrap(), None)].into();
    assert_eq!(proofs().check(&other, &rooms, None), Ok(()));
    // Where the core says that it is guarded, nothing is known to open it.
    assert_eq!(proofs().check_guarded(&other, &rooms, None), Err("room_without_proof"));
    assert_eq!(
        RoomProofs::default().check_guarded(&app(), &rooms, None),
        Err("room_without_proof")
    );
    assert_eq!(proofs().check_guarded(&app(), &rooms, None), Err("no_room_proof"));
}

#[test]
fn every_room_has_to_open() {
    let offer = Payload::parse(r#"{"passphrase":"sesame"}"#).unwrap();
    let [club, class] = ["club", "class-1"].map(|name| RoomName::parse(name).unwrap());
    let both = BTreeMap::from([(club.clone(), Some(offer.clone())), (class, None)]);
    assert_eq!(proofs().check(&app(), &both, None), Err("no_room_proof"));
    assert_eq!(proofs().check(&app(), &BTreeMap::from([(club, Some(offer))]), None), Ok(()));
}

#[test]
fn an_invitation_opens_what_it_names() {
    let good = invitation_claims("my.app", "class-1", None, in_an_hour());
    let for_ada = invitation_claims("my.app", "class-1", Some("ada"), in_an_hour());
    let with = |key: &str, value: Value| {
        let mut claims = good.clone();
        claims[key] = value;
        claims
    };
    for (claims, room, username, expected) in [
        (good.clone(), "class-1", None, Ok(())),
        (good.clone(), "class-1", Some("bob"), Ok(())),
        (good.clone(), "class-2", None, Err("invited_elsewhere")),
        (good.clone(), "club", None, Err("no_room_proof")),
        (with("room", json!("class-*")), "class-2", None, Ok(())),
        (with("room", json!("*")), "class-0", None, Ok(())),
        (with("app", json!("other.app")), "class-1", None, Err("invited_elsewhere")),
        (for_ada.clone(), "class-1", Some("ada"), Ok(())),
        (for_ada.clone(), "class-1", Some("bob"), Err("invited_elsewhere")),
        (for_ada, "class-1", None, Err("invited_elsewhere")),
        (with("exp", json!(1)), "class-1", None, Err("expired_invitation")),
        (with("exp", json!(null)), "class-1", None, Err("wrong_invitation")),
        (with("aud", json!("easyrtc")), "class-1", None, Err("wrong_invitation")),
        (with("room", json!(["class-1"])), "class-1", None, Err("malformed_invitation")),
        (with("room", json!("a/b")), "class-1", None, Err("malformed_invitation")),
        (json!({ "exp": 1e12 }), "class-1", None, Err("wrong_invitation")),
    ] {
        let offer = invitation(&claims);
        assert_eq!(enter(room, Some(&offer), username), expected, "{claims} {room}");
    }
}

#[test]
fn a_forged_invitation_opens_nothing() {
    let good = invitation(&invitation_claims("my.app", "class-1", None, in_an_hour()));
    let none = good.replacen("eyJ", "eyK", 1);
    let forged = good.replacen("\"}", "A\"}", 1);
    for offer in [none, forged, r#"{"invitation":"x"}"#.to_owned()] {
        assert!(enter("class-1", Some(&offer), None).is_err(), "{offer}");
    }
    let other = SigningKey::new(Algorithm::Hs256, b"another secret of thirty-two bytes").unwrap();
    let claims = invitation_claims("my.app", "class-1", None, in_an_hour());
    let offer = json!({ "invitation": other.sign(&claims, None).unwrap() }).to_string();
    assert_eq!(enter("class-1", Some(&offer), None), Err("wrong_invitation"));
}

#[test]
fn debug_shows_no_passphrase() {
    assert_eq!(format!("{:?}", proofs()), "RoomProofs { rooms: 4, .. }");
}
