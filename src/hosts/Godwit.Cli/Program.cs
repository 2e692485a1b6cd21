using Godwit.Cli;

return await GodwitCommand.RunAsync(args, Console.Out, Console.Error);
