// The bundler replaces the import of a stylesheet by its text.
declare module '*.css' {
  const text: string;
  export default text;
}
