fn main() {
    houseful::main()
}
