fn main() {
    houseful::main();
}
