namespace Godwit.Bench;

/// <summary>A step failed that the comparison cannot do without.</summary>
public sealed class BenchException(string message) : Exception(message);
