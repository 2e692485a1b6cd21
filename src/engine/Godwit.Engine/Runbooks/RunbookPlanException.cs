namespace Godwit.Engine.Runbooks;

/// <summary>A stored plan cannot be used: it is damaged, or a newer program wrote it. Trying again does not help.</summary>
public sealed class RunbookPlanException(string message, Exception? inner = null) : Exception(message, inner);
