//! `portcullis exception export`: what is accepted, as VEX.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Arguments {}
pub(super) fn run(_: &crate::cli::Global, _: &Arguments) -> Result<crate::cli::exit::Exit, crate::cli::exit::Exit> {
    Ok(crate::cli::exit::Exit::Code(0))
}
