/** What is used of Swagger UI; it brings no types. */

declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  const SwaggerUI: {
    (options: Record<string, unknown>): void;
    presets: { apis: unknown };
  };
  export default SwaggerUI;
}
