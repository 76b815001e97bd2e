/** How a line begins that whoever runs the tests shall read at once, among everything that is kept for later. */
export const told = '│ ';
