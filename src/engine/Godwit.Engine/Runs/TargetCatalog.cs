namespace Godwit.Engine.Runs;

/// <summary>What a target's catalog says. Equal catalogs give equal hashes.</summary>
/// <param name="Hash">SHA-256 of the lines, each ended by a line feed, in lower-case hexadecimal.</param>
/// <param name="Lines">An object each, sorted: kind, table, name and definition between tabs.</param>
public sealed record TargetCatalog(string Hash, IReadOnlyList<string> Lines);
