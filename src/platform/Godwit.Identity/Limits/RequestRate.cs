namespace Godwit.Identity.Limits;

/// <summary>How often something may be asked for.</summary>
/// <param name="Burst">So many at once.</param>
/// <param name="Each">And then one each so long.</param>
internal sealed record RequestRate(int Burst, TimeSpan Each);
