namespace Godwit.Security.Fields;

/// <summary>A blob is not what was written for this row, column and key. Whether it was edited, moved, cut, or is of another key is not said: whoever can try blobs learns nothing from it.</summary>
public sealed class FieldUnreadableException() : Exception("the value cannot be read");
