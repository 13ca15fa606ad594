//! Steps to try.

use proptest::prelude::*;

use super::*;

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::ClientSays),
        4 => Just(Step::ServerSays),
        6 => (1_usize..5).prop_map(Step::Write),
        8 => (1_usize..200).prop_map(Step::Up),
        8 => (1_usize..200).prop_map(Step::Down),
        1 => Just(Step::ClientAcknowledges),
        1 => Just(Step::Wait),
        2 => any::<bool>().prop_map(Step::Cut),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_is_lost_or_doubled_however_the_line_is_cut(
        steps in prop::collection::vec(step(), 1..300),
    ) {
        play(steps.into_iter());
    }
}
