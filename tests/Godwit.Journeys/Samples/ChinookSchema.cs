namespace Godwit.Journeys.Samples;

/// <summary>What Chinook is to become: written from its CREATE statements and its values, column by column.</summary>
internal static class ChinookSchema
{
    /// <summary>Dates are texts with a time and no zone; NUMERIC(10,2) holds every price.</summary>
    public const string Columns = """
        Album.AlbumId bigint not null identity
        Album.Title text collate "C" not null
        Album.ArtistId bigint not null
        Artist.ArtistId bigint not null identity
        Artist.Name text collate "C"
        Customer.CustomerId bigint not null identity
        Customer.FirstName text collate "C" not null
        Customer.LastName text collate "C" not null
        Customer.Company text collate "C"
        Customer.Address text collate "C"
        Customer.City text collate "C"
        Customer.State text collate "C"
        Customer.Country text collate "C"
        Customer.PostalCode text collate "C"
        Customer.Phone text collate "C"
        Customer.Fax text collate "C"
        Customer.Email text collate "C" not null
        Customer.SupportRepId bigint
        Employee.EmployeeId bigint not null identity
        Employee.LastName text collate "C" not null
        Employee.FirstName text collate "C" not null
        Employee.Title text collate "C"
        Employee.ReportsTo bigint
        Employee.BirthDate timestamp without time zone
        Employee.HireDate timestamp without time zone
        Employee.Address text collate "C"
        Employee.City text collate "C"
        Employee.State text collate "C"
        Employee.Country text collate "C"
        Employee.PostalCode text collate "C"
        Employee.Phone text collate "C"
        Employee.Fax text collate "C"
        Employee.Email text collate "C"
        Genre.GenreId bigint not null identity
        Genre.Name text collate "C"
        Invoice.InvoiceId bigint not null identity
        Invoice.CustomerId bigint not null
        Invoice.InvoiceDate timestamp without time zone not null
        Invoice.BillingAddress text collate "C"
        Invoice.BillingCity text collate "C"
        Invoice.BillingState text collate "C"
        Invoice.BillingCountry text collate "C"
        Invoice.BillingPostalCode text collate "C"
        Invoice.Total numeric(10,2) not null
        InvoiceLine.InvoiceLineId bigint not null identity
        InvoiceLine.InvoiceId bigint not null
        InvoiceLine.TrackId bigint not null
        InvoiceLine.UnitPrice numeric(10,2) not null
        InvoiceLine.Quantity bigint not null
        MediaType.MediaTypeId bigint not null identity
        MediaType.Name text collate "C"
        Playlist.PlaylistId bigint not null identity
        Playlist.Name text collate "C"
        PlaylistTrack.PlaylistId bigint not null
        PlaylistTrack.TrackId bigint not null
        Track.TrackId bigint not null identity
        Track.Name text collate "C" not null
        Track.AlbumId bigint
        Track.MediaTypeId bigint not null
        Track.GenreId bigint
        Track.Composer text collate "C"
        Track.Milliseconds bigint not null
        Track.Bytes bigint
        Track.UnitPrice numeric(10,2) not null
        """;

    /// <summary>NVARCHAR(n) is not enforced by SQLite; the data fit, so a CHECK keeps it so.</summary>
    public const string Constraints = """
        Album Album_Title_length CHECK ((char_length("Title") <= 160))
        Album Album_ArtistId_fkey FOREIGN KEY ("ArtistId") REFERENCES "Artist"("ArtistId")
        Album PK_Album PRIMARY KEY ("AlbumId")
        Artist Artist_Name_length CHECK ((char_length("Name") <= 120))
        Artist PK_Artist PRIMARY KEY ("ArtistId")
        Customer Customer_Address_length CHECK ((char_length("Address") <= 70))
        Customer Customer_City_length CHECK ((char_length("City") <= 40))
        Customer Customer_Company_length CHECK ((char_length("Company") <= 80))
        Customer Customer_Country_length CHECK ((char_length("Country") <= 40))
        Customer Customer_Email_length CHECK ((char_length("Email") <= 60))
        Customer Customer_Fax_length CHECK ((char_length("Fax") <= 24))
        Customer Customer_FirstName_length CHECK ((char_length("FirstName") <= 40))
        Customer Customer_LastName_length CHECK ((char_length("LastName") <= 20))
        Customer Customer_Phone_length CHECK ((char_length("Phone") <= 24))
        Customer Customer_PostalCode_length CHECK ((char_length("PostalCode") <= 10))
        Customer Customer_State_length CHECK ((char_length("State") <= 40))
        Customer Customer_SupportRepId_fkey FOREIGN KEY ("SupportRepId") REFERENCES "Employee"("EmployeeId")
        Customer PK_Customer PRIMARY KEY ("CustomerId")
        Employee Employee_Address_length CHECK ((char_length("Address") <= 70))
        Employee Employee_City_length CHECK ((char_length("City") <= 40))
        Employee Employee_Country_length CHECK ((char_length("Country") <= 40))
        Employee Employee_Email_length CHECK ((char_length("Email") <= 60))
        Employee Employee_Fax_length CHECK ((char_length("Fax") <= 24))
        Employee Employee_FirstName_length CHECK ((char_length("FirstName") <= 20))
        Employee Employee_LastName_length CHECK ((char_length("LastName") <= 20))
        Employee Employee_Phone_length CHECK ((char_length("Phone") <= 24))
        Employee Employee_PostalCode_length CHECK ((char_length("PostalCode") <= 10))
        Employee Employee_State_length CHECK ((char_length("State") <= 40))
        Employee Employee_Title_length CHECK ((char_length("Title") <= 30))
        Employee Employee_ReportsTo_fkey FOREIGN KEY ("ReportsTo") REFERENCES "Employee"("EmployeeId")
        Employee PK_Employee PRIMARY KEY ("EmployeeId")
        Genre Genre_Name_length CHECK ((char_length("Name") <= 120))
        Genre PK_Genre PRIMARY KEY ("GenreId")
        Invoice Invoice_BillingAddress_length CHECK ((char_length("BillingAddress") <= 70))
        Invoice Invoice_BillingCity_length CHECK ((char_length("BillingCity") <= 40))
        Invoice Invoice_BillingCountry_length CHECK ((char_length("BillingCountry") <= 40))
        Invoice Invoice_BillingPostalCode_length CHECK ((char_length("BillingPostalCode") <= 10))
        Invoice Invoice_BillingState_length CHECK ((char_length("BillingState") <= 40))
        Invoice Invoice_CustomerId_fkey FOREIGN KEY ("CustomerId") REFERENCES "Customer"("CustomerId")
        Invoice PK_Invoice PRIMARY KEY ("InvoiceId")
        InvoiceLine InvoiceLine_InvoiceId_fkey FOREIGN KEY ("InvoiceId") REFERENCES "Invoice"("InvoiceId")
        InvoiceLine InvoiceLine_TrackId_fkey FOREIGN KEY ("TrackId") REFERENCES "Track"("TrackId")
        InvoiceLine PK_InvoiceLine PRIMARY KEY ("InvoiceLineId")
        MediaType MediaType_Name_length CHECK ((char_length("Name") <= 120))
        MediaType PK_MediaType PRIMARY KEY ("MediaTypeId")
        Playlist Playlist_Name_length CHECK ((char_length("Name") <= 120))
        Playlist PK_Playlist PRIMARY KEY ("PlaylistId")
        PlaylistTrack PlaylistTrack_PlaylistId_fkey FOREIGN KEY ("PlaylistId") REFERENCES "Playlist"("PlaylistId")
        PlaylistTrack PlaylistTrack_TrackId_fkey FOREIGN KEY ("TrackId") REFERENCES "Track"("TrackId")
        PlaylistTrack PK_PlaylistTrack PRIMARY KEY ("PlaylistId", "TrackId")
        Track Track_Composer_length CHECK ((char_length("Composer") <= 220))
        Track Track_Name_length CHECK ((char_length("Name") <= 200))
        Track Track_AlbumId_fkey FOREIGN KEY ("AlbumId") REFERENCES "Album"("AlbumId")
        Track Track_GenreId_fkey FOREIGN KEY ("GenreId") REFERENCES "Genre"("GenreId")
        Track Track_MediaTypeId_fkey FOREIGN KEY ("MediaTypeId") REFERENCES "MediaType"("MediaTypeId")
        Track PK_Track PRIMARY KEY ("TrackId")
        """;

    /// <summary>As CREATE INDEX made them.</summary>
    public const string Indexes = """
        CREATE INDEX "IFK_AlbumArtistId" ON public."Album" USING btree ("ArtistId")
        CREATE INDEX "IFK_CustomerSupportRepId" ON public."Customer" USING btree ("SupportRepId")
        CREATE INDEX "IFK_EmployeeReportsTo" ON public."Employee" USING btree ("ReportsTo")
        CREATE INDEX "IFK_InvoiceCustomerId" ON public."Invoice" USING btree ("CustomerId")
        CREATE INDEX "IFK_InvoiceLineInvoiceId" ON public."InvoiceLine" USING btree ("InvoiceId")
        CREATE INDEX "IFK_InvoiceLineTrackId" ON public."InvoiceLine" USING btree ("TrackId")
        CREATE INDEX "IFK_PlaylistTrackPlaylistId" ON public."PlaylistTrack" USING btree ("PlaylistId")
        CREATE INDEX "IFK_PlaylistTrackTrackId" ON public."PlaylistTrack" USING btree ("TrackId")
        CREATE INDEX "IFK_TrackAlbumId" ON public."Track" USING btree ("AlbumId")
        CREATE INDEX "IFK_TrackGenreId" ON public."Track" USING btree ("GenreId")
        CREATE INDEX "IFK_TrackMediaTypeId" ON public."Track" USING btree ("MediaTypeId")
        """;
}
