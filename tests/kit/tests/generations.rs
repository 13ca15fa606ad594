//! However many clients come and go, nothing of them is left.

use easyrtc_test_kit::operation::{Answered, Login, Message};
use easyrtc_test_kit::setup::Gathering;
use easyrtc_test_kit::{Operation, Setup, World};

const GENERATIONS: u8 = 200;

#[test]
fn generations_of_clients_leave_nothing_behind() {
    let setup = Setup {
        limited: false,
        rated: false,
        app_auto_create: true,
        room_auto_create: true,
        room_default: true,
        still_alive: true,
        default_fields: true,
        policies: false,
        gathering: Gathering::Everywhere,
        seed: 0,
    };
    let mut world = World::new(setup);
    // Some are refused: the embedder has its rules.
    let mut logins = 0;
    let mut perform = |operation: &Operation| {
        world.perform(operation).expect("all invariants hold");
        world.stats()
    };
    for generation in 0..GENERATIONS {
        let login = Login {
            app: Some(generation),
            rooms: Some(vec![generation, generation / 2]),
            session: Some(generation),
            username: None,
            presence: None,
            user_cfg: Some(generation),
        };
        let answered = Answered::Now { verdict: 0 };
        let say =
            |message| Operation::Say { who: 0, acked: true, impatient: false, message, answered };
        let stats = perform(&Operation::Arrive { address: generation, login, answered });
        logins += stats.clients;
        perform(&say(Message::RoomJoin(vec![generation / 3, generation / 4])));
        perform(&say(Message::RoomLeave(vec![generation / 3])));
        let stats = perform(&Operation::End { who: 0, reason: generation });
        assert_eq!((stats.connections, stats.clients), (0, 0));
    }
    assert!(logins > 150, "{logins} got in");
    world.end().expect("the core is as good as new");
}
