using Godwit.Identity;
using Godwit.Server.Starting;

return await ServerProgram.RunAsync(args, Environment.GetEnvironmentVariable, Console.OpenStandardOutput(), Console.Error, [new IdentityModule()]);
