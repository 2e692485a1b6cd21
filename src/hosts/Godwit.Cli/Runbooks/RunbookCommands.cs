using System.CommandLine;
using Godwit.Engine.Runbooks;

namespace Godwit.Cli.Runbooks;

/// <summary>The commands about runbook files, which need no database.</summary>
internal static class RunbookCommands
{
    public static IEnumerable<Command> Create(RunbookKinds kinds) => [InitCommand.Create(kinds), CheckCommand.Create(kinds), SchemaCommand.Create(kinds)];
}
