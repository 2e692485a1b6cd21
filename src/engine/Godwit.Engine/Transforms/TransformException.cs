namespace Godwit.Engine.Transforms;

/// <summary>A transform has no answer for a value. The reason holds nothing of the value: it is recorded with the row that failed.</summary>
public sealed class TransformException(string reason) : Exception(reason);
