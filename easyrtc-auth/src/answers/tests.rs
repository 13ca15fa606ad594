use easyrtc_proto::{AppName, EasyrtcId, Payload, RoomName};
use easyrtc_state::{ConnMeta, TransportKind};

use super::*;
use crate::metrics::Outcomes;
use crate::rooms::RoomProof;
use crate::secret::Secret;

/// Decides as it is told to, by the name of the application.
#[derive(Debug)]
struct Told(&'static str);

impl Authorizer for Told {
    fn name(&self) -> &'static str {
        self.0
    }

    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
        let app = login.app.as_str();
        let Some(what) = app.strip_prefix(self.0) else { return Deciding::Now(Decision::Pass) };
        let decide = |what: &str| match what {
            "allow" => Decision::Allow(Box::default()),
            "master" => Decision::Allow(Box::new(Grant {
                permissions: Some([Permission::EnterAnyRoom].into()),
                ..Grant::default()
            })),
            "visitor" => Decision::Allow(Box::new(Grant {
                permissions: Some([Permission::ListRooms].into()),
                ..Grant::default()
            })),
            "deny" => Decision::bad_auth("wrong_credential"),
            "pass" => Decision::Pass,
            _ => Decision::Fail("broken"),
        };
        match what.strip_prefix("later-") {
            None => Deciding::Now(decide(what.trim_start_matches('-'))),
            Some("never") => Deciding::later(std::future::pending()),
            Some(what) => {
                let decision = decide(what);
                Deciding::later(async move {
                    tokio::task::yield_now().await;
                    decision
                })
            }
        }
    }
}

struct NobodyBut(u64);

impl Door for NobodyBut {
    fn refusal(&self, login: &LoginQuestion) -> Option<(ErrorCode, Reason)> {
        (login.conn.0 != self.0).then_some((ErrorCode::BannedIpAddr, "denied_address"))
    }
}

fn room(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

/// `club`, in each of these applications, opens to a passphrase.
fn guarded() -> RoomProofs {
    let club = RoomProof { passphrase: Some(Secret::new("sesame")), invitation: false };
    let rooms =
        |app| (AppName::parse(app).unwrap(), [((&room("club")).into(), club.clone())].into());
    RoomProofs::new(["a-allow", "a-visitor", "alater-master"].map(rooms).into(), None).unwrap()
}

fn answers(max_in_flight: usize) -> Answers {
    Answers::new(Options {
        chain: vec![Arc::new(Told("a")), Arc::new(Told("b"))],
        rooms: Arc::new(guarded()),
        door: Box::new(NobodyBut(1)),
        timeout: Duration::from_secs(8),
        max_in_flight,
        ice: Ice::default(),
    })
}

fn question(conn: u64, app: &str) -> LoginQuestion {
    LoginQuestion {
        conn: ConnId(conn),
        app: AppName::parse(app).unwrap(),
        username: None,
        credential: None,
        easyrtcsid: None,
        rooms: std::collections::BTreeMap::new(),
        is_in: [].into(),
        meta: ConnMeta::new(TransportKind::WebSocket).into(),
    }
}

fn ask(answers: &Answers, conn: u64, app: &str) -> Answer {
    answers.respond(Question::Login(question(conn, app)))
}

async fn verdict(answers: &Answers, conn: u64, app: &str) -> Verdict {
    match ask(answers, conn, app) {
        Answer::Now(verdict) => verdict,
        Answer::Later(verdict) => verdict.await,
    }
}

#[tokio::test]
async fn the_first_that_does_not_pass_decides() {
    let answers = answers(1);
    let allow = || Verdict::Allow(Grant::default());
    for (app, expected) in [
        ("a-allow", allow()),
        ("b-allow", allow()),
        ("alater-allow", allow()),
        ("blater-allow", allow()),
        ("a-deny", Verdict::Deny(ErrorCode::LoginBadAuth)),
        ("blater-deny", Verdict::Deny(ErrorCode::LoginBadAuth)),
        ("a-broken", Verdict::Deny(ErrorCode::LoginGenFail)),
        ("alater-pass", Verdict::Deny(ErrorCode::LoginBadAuth)),
        ("nobody", Verdict::Deny(ErrorCode::LoginBadAuth)),
    ] {
        assert_eq!(verdict(&answers, 1, app).await, expected, "{app}");
    }
    assert_eq!(verdict(&answers, 2, "a-allow").await, Verdict::Deny(ErrorCode::BannedIpAddr));
    let counted = |allowed, denied, failed| Outcomes { allowed, denied, failed };
    let metrics = answers.metrics();
    assert_eq!(
        metrics.outcomes,
        [
            ("door", counted(0, 1, 0)),
            ("chain", counted(0, 2, 0)),
            ("rooms", counted(0, 0, 0)),
            ("a", counted(2, 1, 1)),
            ("b", counted(2, 1, 0)),
        ]
    );
    assert_eq!(metrics.in_flight, 0);
}

#[tokio::test]
async fn one_too_many_is_refused_at_once() {
    let answers = answers(2);
    let waiting = [ask(&answers, 1, "alater-never"), ask(&answers, 1, "blater-never")];
    assert!(waiting.iter().all(|answer| matches!(answer, Answer::Later(_))));
    assert_eq!(answers.metrics().in_flight, 2);
    let Answer::Now(refused) = ask(&answers, 1, "alater-allow") else { panic!("waits") };
    assert_eq!(refused, Verdict::Deny(ErrorCode::LoginGenFail));
    // Who needs no waiting is not concerned.
    assert_eq!(verdict(&answers, 1, "a-allow").await, Verdict::Allow(Grant::default()));
    drop(waiting);
    assert_eq!(answers.metrics().in_flight, 0);
    assert_eq!(verdict(&answers, 1, "alater-allow").await, Verdict::Allow(Grant::default()));
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_refused() {
    let answers = answers(1);
    let started = Instant::now();
    let refused = verdict(&answers, 1, "blater-never").await;
    assert_eq!(refused, Verdict::Deny(ErrorCode::LoginTimeout));
    assert_eq!(started.elapsed(), Duration::from_secs(8));
    let metrics = answers.metrics();
    assert_eq!(metrics.outcomes[4], ("b", Outcomes { failed: 1, ..Outcomes::default() }));
    assert_eq!(metrics.in_flight, 0);
}

#[tokio::test]
async fn guarded_rooms_open_to_their_proofs_and_to_who_may_enter_any() {
    let answers = answers(1);
    let with = |app: &str, parameter: Option<&str>| {
        let parameter = parameter.map(|text| Payload::parse(text).unwrap());
        let mut login = question(1, app);
        login.rooms = [(room("club"), parameter), (room("other"), None)].into();
        let answers = answers.clone();
        async move {
            match answers.respond(Question::Login(login)) {
                Answer::Now(verdict) => verdict,
                Answer::Later(verdict) => verdict.await,
            }
        }
    };
    let sesame = Some(r#"{"passphrase":"sesame"}"#);
    let refused = Verdict::Deny(ErrorCode::LoginBadRoom);
    assert_eq!(with("a-allow", sesame).await, Verdict::Allow(Grant::default()));
    assert_eq!(with("a-allow", None).await, refused);
    assert_eq!(with("a-allow", Some(r#"{"passphrase":"x"}"#)).await, refused);
    assert_eq!(with("a-visitor", None).await, refused);
    assert!(matches!(with("alater-master", None).await, Verdict::Allow(_)));
    let mut again = question(1, "a-allow");
    again.rooms = [(room("club"), None)].into();
    again.is_in = [room("club")].into();
    let Answer::Now(again) = answers.respond(Question::Login(again)) else { panic!("waits") };
    assert_eq!(again, Verdict::Allow(Grant::default()), "who is in needs no proof");
    assert_eq!(with("a-deny", None).await, Verdict::Deny(ErrorCode::LoginBadAuth));

    let join = |parameter: Option<&str>| {
        let parameter = parameter.map(|text| Payload::parse(text).unwrap());
        let question = Question::RoomJoin(RoomJoinQuestion {
            conn: ConnId(1),
            easyrtcid: EasyrtcId::parse("abcdefghijklmnop").unwrap(),
            app: AppName::parse("a-allow").unwrap(),
            username: None,
            groups: [].into(),
            rooms: [(room("club"), parameter)].into(),
        });
        let Answer::Now(verdict) = answers.respond(question) else { panic!("waits") };
        verdict
    };
    assert_eq!(join(sesame), Verdict::RoomJoin);
    assert_eq!(join(None), Verdict::Deny(ErrorCode::MsgRejectBadRoom));
    let counted = Outcomes { allowed: 1, denied: 4, failed: 0 };
    assert_eq!(answers.metrics().outcomes[2], ("rooms", counted));
}
