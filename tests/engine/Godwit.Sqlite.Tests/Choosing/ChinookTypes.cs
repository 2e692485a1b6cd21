namespace Godwit.Sqlite.Tests.Choosing;

/// <summary>What every column of Chinook becomes: column, type, the length that a CHECK may hold, how its values go over.</summary>
internal static class ChinookTypes
{
    public const string Expected =
        """
        Album
            AlbumId: bigint by Integer
            Title: text <= 160 by Text
            ArtistId: bigint by Integer
        Artist
            ArtistId: bigint by Integer
            Name: text <= 120 by Text
        Customer
            CustomerId: bigint by Integer
            FirstName: text <= 40 by Text
            LastName: text <= 20 by Text
            Company: text <= 80 by Text
            Address: text <= 70 by Text
            City: text <= 40 by Text
            State: text <= 40 by Text
            Country: text <= 40 by Text
            PostalCode: text <= 10 by Text
            Phone: text <= 24 by Text
            Fax: text <= 24 by Text
            Email: text <= 60 by Text
            SupportRepId: bigint by Integer
        Employee
            EmployeeId: bigint by Integer
            LastName: text <= 20 by Text
            FirstName: text <= 20 by Text
            Title: text <= 30 by Text
            ReportsTo: bigint by Integer
            BirthDate: timestamp without time zone by TimestampText None
            HireDate: timestamp without time zone by TimestampText None
            Address: text <= 70 by Text
            City: text <= 40 by Text
            State: text <= 40 by Text
            Country: text <= 40 by Text
            PostalCode: text <= 10 by Text
            Phone: text <= 24 by Text
            Fax: text <= 24 by Text
            Email: text <= 60 by Text
        Genre
            GenreId: bigint by Integer
            Name: text <= 120 by Text
        Invoice
            InvoiceId: bigint by Integer
            CustomerId: bigint by Integer
            InvoiceDate: timestamp without time zone by TimestampText None
            BillingAddress: text <= 70 by Text
            BillingCity: text <= 40 by Text
            BillingState: text <= 40 by Text
            BillingCountry: text <= 40 by Text
            BillingPostalCode: text <= 10 by Text
            Total: numeric(10,2) by Number
        InvoiceLine
            InvoiceLineId: bigint by Integer
            InvoiceId: bigint by Integer
            TrackId: bigint by Integer
            UnitPrice: numeric(10,2) by Number
            Quantity: bigint by Integer
        MediaType
            MediaTypeId: bigint by Integer
            Name: text <= 120 by Text
        Playlist
            PlaylistId: bigint by Integer
            Name: text <= 120 by Text
        PlaylistTrack
            PlaylistId: bigint by Integer
            TrackId: bigint by Integer
        Track
            TrackId: bigint by Integer
            Name: text <= 200 by Text
            AlbumId: bigint by Integer
            MediaTypeId: bigint by Integer
            GenreId: bigint by Integer
            Composer: text <= 220 by Text
            Milliseconds: bigint by Integer
            Bytes: bigint by Integer
            UnitPrice: numeric(10,2) by Number
        """;
}
