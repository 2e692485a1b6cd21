namespace Godwit.Cli.Sample.LearningSol;

/// <param name="Rows">Rows over all tables, without the hostile ones.</param>
/// <param name="Seed">Where the pseudo-random numbers begin.</param>
/// <param name="Hostile">Adds <see cref="HostileValues"/>.</param>
public sealed record SampleOptions(int Rows, int Seed, bool Hostile);
