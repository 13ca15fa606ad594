//! Clients that come, log in to rooms, and go; and who each believes to be there.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use crate::fleet::{Ended, Fleet, Heard, Lines, Listener, Stage};
use crate::latency::Latencies;
use crate::message::{self, Message};
use crate::problem::Problem;

/// So many clients connect or log in at a time, unless a phase says otherwise.
pub(crate) const AT_A_TIME: usize = 64;

/// Which clients there are to be.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) application: String,
    /// What the names of the rooms begin with.
    pub(crate) rooms: String,
    /// How many clients are in each room; the last one may have fewer.
    pub(crate) room_size: usize,
    pub(crate) clients: usize,
}

impl Plan {
    /// The room of a client.
    pub(crate) fn room(&self, client: usize) -> String {
        format!("{}-{}", self.rooms, client / self.room_size)
    }

    /// How many are in it.
    fn members(&self, client: usize) -> usize {
        let before = client / self.room_size * self.room_size;
        self.room_size.min(self.clients - before)
    }
}

/// The clients of a plan, numbered from 0 as in the fleet.
#[derive(Debug)]
pub(crate) struct Crowd {
    pub(crate) plan: Plan,
    members: Vec<Member>,
    /// A number for each easyrtcid that was ever heard of.
    numbers: HashMap<String, u32>,
    /// Who connects and logs in next.
    connected: usize,
    logged_in: usize,
    open: usize,
    /// How many have a token.
    welcome: usize,
    /// How many know all who are to be in their room, themselves included.
    complete: usize,
    /// Whether clients wait with the login until told.
    hold: bool,
    /// Deltas that said nothing new.
    pub(crate) repeated: u64,
    /// From the login to the token.
    pub(crate) logins: Latencies,
    problem: Option<String>,
}

#[derive(Debug)]
struct Member {
    easyrtcid: String,
    asked: Instant,
    known: HashSet<u32>,
}

impl Crowd {
    /// A crowd that is still to come.
    pub(crate) fn new(plan: Plan) -> Self {
        let member =
            || Member { easyrtcid: String::new(), asked: Instant::now(), known: HashSet::new() };
        let members = (0..plan.clients).map(|_| member()).collect();
        Self {
            plan,
            members,
            numbers: HashMap::new(),
            connected: 0,
            logged_in: 0,
            open: 0,
            welcome: 0,
            complete: 0,
            hold: false,
            repeated: 0,
            logins: Latencies::new(),
            problem: None,
        }
    }

    /// The id of a client.
    pub(crate) fn easyrtcid(&self, client: usize) -> &str {
        &self.members[client].easyrtcid
    }

    /// The client of each id.
    pub(crate) fn clients(&self) -> HashMap<String, usize> {
        let named = self.members.iter().enumerate();
        named.map(|(client, member)| (member.easyrtcid.clone(), client)).collect()
    }

    /// Has everybody connect and log in, and waits until all know of all.
    pub(crate) fn come(&mut self, fleet: &mut Fleet) -> Result<(), Problem> {
        self.start(fleet)?;
        self.wait(fleet, "log in", |crowd| crowd.complete == crowd.plan.clients)
    }

    /// Has everybody connect, but nobody log in.
    pub(crate) fn connect(&mut self, fleet: &mut Fleet) -> Result<(), Problem> {
        self.hold = true;
        self.start(fleet)?;
        self.wait(fleet, "connect", |crowd| crowd.open == crowd.plan.clients)
    }

    /// Has everybody log in who is connected, and waits until all know of all.
    pub(crate) fn enter(&mut self, fleet: &mut Fleet) -> Result<(), Problem> {
        self.hold = false;
        fleet.lines.now = Instant::now();
        for _ in 0..AT_A_TIME.min(self.plan.clients) {
            self.log_in_next(&mut fleet.lines);
        }
        self.wait(fleet, "enter", |crowd| crowd.complete == crowd.plan.clients)
    }

    fn start(&mut self, fleet: &mut Fleet) -> Result<(), Problem> {
        while fleet.lines.len() < self.plan.clients {
            fleet.lines.add();
        }
        for _ in 0..AT_A_TIME {
            self.connect_next(&mut fleet.lines);
        }
        Ok(())
    }

    fn wait(
        &mut self,
        fleet: &mut Fleet,
        what: &str,
        done: impl Fn(&Self) -> bool,
    ) -> Result<(), Problem> {
        let ended = fleet.run(self, None, |crowd| crowd.problem.is_some() || done(crowd))?;
        if let Some(problem) = &self.problem {
            return Err(Problem::new(problem));
        }
        match ended {
            Ended::Done => Ok(()),
            Ended::TimeUp | Ended::Stalled => Err(Problem::new(format!(
                "nothing more happens while {} clients {what}: {} are connected, {} logged in, \
                 {} know their whole room",
                self.plan.clients, self.open, self.welcome, self.complete
            ))),
        }
    }

    fn connect_next(&mut self, lines: &mut Lines) {
        if self.connected < self.plan.clients {
            let client = self.connected;
            self.connected += 1;
            if let Err(error) = lines.connect(client) {
                self.fail(client, &format!("cannot connect: {error}"));
            }
        }
    }

    fn log_in_next(&mut self, lines: &mut Lines) {
        if self.logged_in < self.plan.clients {
            let client = self.logged_in;
            self.logged_in += 1;
            self.log_in(lines, client);
        }
    }

    fn log_in(&mut self, lines: &mut Lines, client: usize) {
        let message = message::authenticate(&self.plan.application, &self.plan.room(client));
        self.members[client].asked = lines.now;
        lines.emit(client, "easyrtcAuth", &message);
    }

    fn fail(&mut self, client: usize, why: &str) {
        self.problem.get_or_insert_with(|| format!("client {client}: {why}"));
    }

    fn welcomed(&mut self, lines: &mut Lines, client: usize, text: &str) {
        let read = message::read(text);
        let token = match &read {
            Ok(message) if message.msg_type == "token" => message,
            Ok(_) => return self.fail(client, &format!("the login is answered with {text}")),
            Err(why) => return self.fail(client, why),
        };
        let easyrtcid = token.msg_data.as_ref().and_then(|data| data.easyrtcid);
        self.members[client].easyrtcid = easyrtcid.unwrap_or_default().to_owned();
        self.welcome += 1;
        self.logins.add(lines.now.duration_since(self.members[client].asked));
        self.learn(client, token);
        if self.logged_in > 0 {
            self.log_in_next(lines);
        } else {
            self.connect_next(lines);
        }
    }

    /// Takes in what a client is told of its room.
    fn learn(&mut self, client: usize, message: &Message<'_>) {
        let Some(data) = &message.msg_data else { return };
        let full = self.plan.members(client);
        let before = self.members[client].known.len();
        for room in data.room_data.values() {
            let delta = &room.client_list_delta;
            for id in room.client_list.iter().flatten().chain(&delta.update_client) {
                let number = self.number(id.0);
                if !self.members[client].known.insert(number) {
                    self.repeated += 1;
                }
            }
            for id in delta.remove_client.keys() {
                let number = self.number(id);
                self.members[client].known.remove(&number);
            }
        }
        let after = self.members[client].known.len();
        if before < full && after >= full {
            self.complete += 1;
        } else if before >= full && after < full {
            self.complete -= 1;
        }
        if after > full {
            self.fail(client, &format!("{after} clients in a room of {full}"));
        }
    }

    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(id.to_owned(), next);
        next
    }
}

impl Listener for Crowd {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        match heard {
            Heard::Open => {
                self.open += 1;
                if self.hold {
                    self.connect_next(lines);
                } else {
                    self.log_in(lines, client);
                }
            }
            Heard::Answer { message, .. } => self.welcomed(lines, client, message),
            Heard::Event { message, .. } => match message::read(message) {
                Ok(message) => self.learn(client, &message),
                Err(why) => self.fail(client, &why),
            },
            Heard::Ping | Heard::Left => {}
            Heard::Closed(why) => self.fail(client, why),
        }
    }

    fn progress(&self) -> u64 {
        self.welcome.max(self.open) as u64
    }
}

/// Has everybody leave, and waits until all are gone.
pub(crate) fn leave(fleet: &mut Fleet) -> Result<(), Problem> {
    let clients = fleet.lines.len();
    let mut leaving = Leaving { next: 0, under_way: 0, clients };
    for _ in 0..AT_A_TIME {
        leaving.next(&mut fleet.lines);
    }
    let ended = fleet.run(&mut leaving, None, |leaving| leaving.under_way == 0)?;
    if ended == Ended::Done {
        return Ok(());
    }
    Err(Problem::new(format!("{} clients cannot leave", leaving.under_way)))
}

struct Leaving {
    next: usize,
    under_way: usize,
    clients: usize,
}

impl Leaving {
    fn next(&mut self, lines: &mut Lines) {
        while self.next < self.clients {
            let client = self.next;
            self.next += 1;
            lines.set_paused(client, false);
            lines.leave(client);
            if lines.stage(client) == Stage::Leaving {
                self.under_way += 1;
                return;
            }
        }
    }
}

impl Listener for Leaving {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        match heard {
            Heard::Left => {
                self.under_way -= 1;
                self.next(lines);
            }
            // Its turn to leave will come, and be over at once.
            Heard::Closed(_) => debug_assert!(lines.stage(client) == Stage::Gone),
            Heard::Open | Heard::Answer { .. } | Heard::Event { .. } | Heard::Ping => {}
        }
    }

    fn progress(&self) -> u64 {
        (self.next - self.under_way) as u64
    }
}
