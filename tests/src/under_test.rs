//! The program as the tests run it: cargo builds a program for the tests of its own package only.

fn main() -> std::process::ExitCode {
    houseful::main()
}
