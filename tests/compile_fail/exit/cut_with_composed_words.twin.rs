use speech_exit::Cut;

fn cut() -> Cut {
    Cut::new("UPSTREAM_CUT", "the upstream broke off")
}

fn main() {}
