//! What the command line says.

/// What `--help` prints.
pub(crate) const HELP: &str = "\
easyrtc-sim: a deterministic simulation of the core, its clients and the lines between them

  --seeds N     run N seeds (default 1000)
  --first N     the first of them (default 0)
  --seed N      run this seed only
  --steps N     how many steps each has in which anything goes (default 2000)
  --threads N   how many run at once (default: as many as there are cores)
  --planted     plant one bug after the other, and see within how many seeds each is found;
                only in builds with the feature `planted`
";

/// What to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arguments {
    pub(crate) first: u64,
    pub(crate) seeds: u64,
    pub(crate) steps: u64,
    pub(crate) threads: usize,
    pub(crate) planted: bool,
}

/// Reads the command line; `None` if help is wanted.
pub(crate) fn parse(
    mut arguments: impl Iterator<Item = String>,
) -> Result<Option<Arguments>, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parsed =
        Arguments { first: 0, seeds: 1000, steps: 2000, threads: cores, planted: false };
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--help" => return Ok(None),
            "--planted" => parsed.planted = true,
            _ => {
                let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
                let number: u64 = value.parse().map_err(|_| format!("{value} is no number"))?;
                match name.as_str() {
                    "--seeds" => parsed.seeds = number,
                    "--first" => parsed.first = number,
                    "--seed" => (parsed.first, parsed.seeds) = (number, 1),
                    "--steps" => parsed.steps = number,
                    "--threads" => parsed.threads = usize::try_from(number).unwrap_or(1).max(1),
                    unknown => return Err(format!("unknown: {unknown}")),
                }
            }
        }
    }
    Ok(Some(parsed))
}
