use speech_kernel::SystemMode;

fn claimed_mode(read_while_composing: SystemMode) -> SystemMode {
    read_while_composing
}

fn main() {}
